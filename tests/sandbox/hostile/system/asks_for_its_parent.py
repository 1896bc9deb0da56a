# family: system
# source: getppid tells a number of the host
# expect: rejected import
import os
def process_incoming(request):
    return "escaped " + str(os.getppid())
