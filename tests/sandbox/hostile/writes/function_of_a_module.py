# family: writes
# source: open-chat-studio 4239: json.dumps poisoned for all tenants
# expect: raised TypeError
import json
def process_incoming(request):
    json.dumps = lambda value: "escaped"
