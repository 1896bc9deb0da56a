# family: imports
# source: builtins.open
# expect: rejected import
import builtins
def process_incoming(request):
    return 1
