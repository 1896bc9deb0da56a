# family: imports
# source: import a.b looks up an attribute
# expect: rejected import
import collections.abc.sys
def process_incoming(request):
    return 1
