# family: gadgets
# source: re.DEBUG writes to the process's output
# expect: raised AttributeError
import re
def process_incoming(request):
    return str(re.compile("a", re.DEBUG))
