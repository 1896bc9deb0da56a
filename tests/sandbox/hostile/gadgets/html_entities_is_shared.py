# family: gadgets
# source: sandbox-facts 6.2
# expect: rejected import
from html import entities
def process_incoming(request):
    return 1
