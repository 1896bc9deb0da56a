# family: gadgets
# source: open-chat-studio: functools writes attributes unguarded
# expect: completed "dumps"
from functools import wraps
import json
def process_incoming(request):
    def dumps():
        return 1
    wraps(dumps)(json.loads)
    return "dumps" if json.loads("1") == 1 else "escaped"
