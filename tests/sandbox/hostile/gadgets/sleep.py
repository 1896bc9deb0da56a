# family: gadgets
# source: time.sleep holds a cell
# expect: raised AttributeError
import time
def process_incoming(request):
    time.sleep(3600)
