# family: system
# source: uname tells the host
# expect: rejected import
import os
def process_incoming(request):
    return "escaped " + str(os.uname())
