# family: output
# source: contract: no host path in what an author sees
# expect: raised JSONDecodeError
import json
def process_incoming(request):
    return json.loads("{")
