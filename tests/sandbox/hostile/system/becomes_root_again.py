# family: system
# source: saved ids
# expect: rejected import
import os
def process_incoming(request):
    os.setuid(0)
    return "escaped"
