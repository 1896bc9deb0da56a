# family: time
# source: zip stops with the shortest
# expect: timed-out
from itertools import count
def process_incoming(request):
    return sum(a * b for a, b in zip(count(), count()))
