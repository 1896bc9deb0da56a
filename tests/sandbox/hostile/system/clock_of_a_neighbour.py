# family: system
# source: found here: clocks of other processes tell who is there
# expect: raised AttributeError
import time
def process_incoming(request):
    return "escaped " + str(time.clock_gettime((~request["pid"] << 3) | 2))
