# family: gadgets
# source: sandbox-facts 6.2
# expect: rejected import
from functools import singledispatch
def process_incoming(request):
    return 1
