# family: time
# source: a loop without end in C
# expect: timed-out
from itertools import repeat
def process_incoming(request):
    return any(repeat(0))
