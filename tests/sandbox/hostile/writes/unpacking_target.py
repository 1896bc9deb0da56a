# family: writes
# source: RestrictedPython checks every store
# expect: raised TypeError
import json
def process_incoming(request):
    [json.dumps, *json.loads] = [1, 2]
