# family: system
# source: a thread outlives the call
# expect: rejected import
import _thread
def process_incoming(request):
    _thread.start_new_thread(print, ())
    return "escaped"
