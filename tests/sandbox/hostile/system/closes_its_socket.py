# family: system
# source: a descriptor that is free is taken by the next open
# expect: rejected import
import os
def process_incoming(request):
    os.close(3)
    return "escaped"
