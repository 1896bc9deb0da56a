# family: gadgets
# source: sandbox-facts 6.2
# expect: rejected import
from hashlib import file_digest
def process_incoming(request):
    return 1
