# family: time
# source: a loop without end in C
# expect: timed-out
from itertools import repeat
def process_incoming(request):
    return 1 in repeat(0)
