# family: imports
# source: RestrictedPython is loaded elsewhere
# expect: rejected import
import RestrictedPython
def process_incoming(request):
    return 1
