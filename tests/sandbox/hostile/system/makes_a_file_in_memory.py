# family: system
# source: memfd_create and fexecve
# expect: rejected import
import os
def process_incoming(request):
    os.memfd_create("x")
    return "escaped"
