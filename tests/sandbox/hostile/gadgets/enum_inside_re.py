# family: gadgets
# source: sandbox-facts 6.2
# expect: raised AttributeError
import re
def process_incoming(request):
    return str(re.enum.sys.modules["os"])
