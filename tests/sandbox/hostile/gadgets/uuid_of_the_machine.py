# family: gadgets
# source: uuid1 tells the hardware address
# expect: rejected import
from uuid import uuid1
def process_incoming(request):
    return 1
