# family: gadgets
# source: a submodule next to an allowed one
# expect: rejected import
from urllib import response
def process_incoming(request):
    return 1
