# family: imports
# source: a level counts packages upwards
# expect: rejected import
from ... import sandbox
def process_incoming(request):
    return 1
