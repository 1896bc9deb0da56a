# family: system
# source: the consequence every escape wants
# expect: rejected import
import os
def process_incoming(request):
    fd = os.open(request["directory"] + "/escaped", os.O_WRONLY | os.O_CREAT)
    os.write(fd, b"x")
    return "escaped"
