# family: imports
# source: module names compared loosely
# expect: rejected import
import OS
def process_incoming(request):
    return 1
