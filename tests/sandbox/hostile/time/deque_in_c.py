# family: time
# source: a loop without end in C that keeps nothing
# expect: timed-out
from collections import deque
from itertools import repeat
def process_incoming(request):
    deque(repeat(1), maxlen=0)
