# family: gadgets
# source: modules import modules
# expect: raised AttributeError
import statistics
def process_incoming(request):
    return str(statistics.sys.modules)
