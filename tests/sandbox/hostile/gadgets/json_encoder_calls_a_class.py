# family: gadgets
# source: json.dumps(cls=...) calls anything with its options
# expect: raised AttributeError
import json
def process_incoming(request):
    return json.dumps(1, cls=lambda **options: 1)
