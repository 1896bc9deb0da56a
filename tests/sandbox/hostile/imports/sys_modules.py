# family: imports
# source: sys.modules holds everything
# expect: rejected import
import sys
def process_incoming(request):
    return str(sys.modules["os"])
