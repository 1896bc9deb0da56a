# family: system
# source: NPROC is not enforced for root
# expect: rejected import
import os
def process_incoming(request):
    return os.fork()
