# family: imports
# source: marshal makes code objects
# expect: rejected import
import marshal
def process_incoming(request):
    return 1
