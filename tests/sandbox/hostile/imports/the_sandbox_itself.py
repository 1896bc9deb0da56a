# family: imports
# source: the guards' own modules are loaded
# expect: rejected import
import sandbox.guards
def process_incoming(request):
    return 1
