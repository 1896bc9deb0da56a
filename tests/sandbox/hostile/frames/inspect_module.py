# family: frames
# source: inspect.currentframe
# expect: rejected import
import inspect
def process_incoming(request):
    return 1
