# family: system
# source: the same uid may signal
# expect: rejected import
import os
def process_incoming(request):
    os.kill(request["pid"], 9)
    return "escaped"
