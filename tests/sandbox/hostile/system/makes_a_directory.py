# family: system
# source: the consequence every escape wants
# expect: rejected import
import os
def process_incoming(request):
    os.mkdir(request["directory"] + "/escaped")
    return "escaped"
