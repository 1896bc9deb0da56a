# family: gadgets
# source: a submodule next to an allowed one
# expect: raised AttributeError
import urllib.parse
def process_incoming(request):
    return str(urllib.request)
