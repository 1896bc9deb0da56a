# family: imports
# source: import json as _getattr_
# expect: rejected private-name
import json as _getattr_
def process_incoming(request):
    return 1
