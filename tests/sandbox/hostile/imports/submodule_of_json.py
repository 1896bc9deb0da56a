# family: imports
# source: from json import decoder
# expect: rejected import
from json import decoder
def process_incoming(request):
    return 1
