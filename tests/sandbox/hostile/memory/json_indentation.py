# family: memory
# source: json.dumps(indent=...)
# expect: out-of-memory | timed-out
import json
def process_incoming(request):
    return len(json.dumps([1] * 100000, indent=" " * 100000))
