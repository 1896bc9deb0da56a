# family: writes
# source: open-chat-studio 4239
# expect: raised TypeError
import json
def process_incoming(request):
    json.escaped = 1
