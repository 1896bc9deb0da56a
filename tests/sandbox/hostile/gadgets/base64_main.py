# family: gadgets
# source: sandbox-facts 6.2: base64.main opens files
# expect: rejected import
from base64 import main
def process_incoming(request):
    return 1
