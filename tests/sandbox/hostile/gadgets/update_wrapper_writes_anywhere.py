# family: gadgets
# source: open-chat-studio: functools writes attributes unguarded
# expect: rejected import
from functools import update_wrapper
import json
def process_incoming(request):
    update_wrapper(json.dumps, process_incoming)
