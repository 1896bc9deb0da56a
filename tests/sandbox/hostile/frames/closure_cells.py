# family: frames
# source: closures of wrapped library functions
# expect: rejected dunder
from functools import wraps
def process_incoming(request):
    return str(wraps(process_incoming).__closure__[0].cell_contents)
