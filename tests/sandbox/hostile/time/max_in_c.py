# family: time
# source: a loop without end in C
# expect: timed-out
from itertools import cycle
def process_incoming(request):
    return max(cycle([1]))
