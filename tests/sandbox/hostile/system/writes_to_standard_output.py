# family: system
# source: descriptors 0 to 2
# expect: rejected import
import os
def process_incoming(request):
    os.write(1, b"escaped")
    return "escaped"
