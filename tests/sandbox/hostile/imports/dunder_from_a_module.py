# family: imports
# source: from json import __loader__
# expect: rejected private-name
from json import __loader__
def process_incoming(request):
    return 1
