# family: writes
# source: RestrictedPython checks every store
# expect: raised TypeError
import json
def process_incoming(request):
    for json.dumps in [1]:
        pass
