# family: imports
# source: threads outlive calls
# expect: rejected import
import threading
def process_incoming(request):
    return 1
