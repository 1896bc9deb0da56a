# family: time
# source: itertools
# expect: timed-out
from itertools import permutations
def process_incoming(request):
    return sum(1 for _ in permutations(range(20)))
