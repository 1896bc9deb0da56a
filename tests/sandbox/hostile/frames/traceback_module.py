# family: frames
# source: traceback.walk_stack
# expect: rejected import
import traceback
def process_incoming(request):
    return 1
