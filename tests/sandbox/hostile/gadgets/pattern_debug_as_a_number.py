# family: gadgets
# source: re.DEBUG writes to the process's output
# expect: raised ValueError | completed "a"
import re
def process_incoming(request):
    return re.compile("a", 128).pattern
