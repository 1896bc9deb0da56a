# family: writes
# source: RestrictedPython checks every store
# expect: raised TypeError
import json
def process_incoming(request):
    return [1 for json.dumps in [1]]
