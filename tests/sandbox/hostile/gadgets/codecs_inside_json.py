# family: gadgets
# source: modules import modules
# expect: raised AttributeError
import json
def process_incoming(request):
    return str(json.codecs.builtins.open)
