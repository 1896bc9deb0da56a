# family: imports
# source: code.interact
# expect: rejected import
import code
def process_incoming(request):
    return 1
