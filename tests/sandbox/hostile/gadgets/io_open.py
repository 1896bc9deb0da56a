# family: gadgets
# source: io.open is open
# expect: rejected import
from io import open
def process_incoming(request):
    return 1
