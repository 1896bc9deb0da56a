# family: imports
# source: dotted names are matched in full
# expect: rejected import
import json.decoder
def process_incoming(request):
    return 1
