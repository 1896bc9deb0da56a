# family: gadgets
# source: modules import modules
# expect: rejected private-attribute
import collections
def process_incoming(request):
    return str(collections._sys.modules)
