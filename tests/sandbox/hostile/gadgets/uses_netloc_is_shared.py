# family: gadgets
# source: sandbox-facts 6.2: urllib.parse.uses_* are live lists
# expect: raised AttributeError
import urllib.parse
def process_incoming(request):
    urllib.parse.uses_netloc.append("evil")
