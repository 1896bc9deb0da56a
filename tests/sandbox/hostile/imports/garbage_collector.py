# family: imports
# source: gc.get_objects lists everything
# expect: rejected import
import gc
def process_incoming(request):
    return 1
