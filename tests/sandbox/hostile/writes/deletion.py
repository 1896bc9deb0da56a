# family: writes
# source: RestrictedPython checks every store
# expect: raised TypeError
import json
def process_incoming(request):
    del json.dumps
