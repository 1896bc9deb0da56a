# family: gadgets
# source: time.clock_settime
# expect: raised AttributeError
import time
def process_incoming(request):
    time.clock_settime(0, 0)
