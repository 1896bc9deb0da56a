# family: system
# source: a cell that waits holds its place
# expect: raised AttributeError
import time
def process_incoming(request):
    time.sleep(3600)
    return "escaped"
