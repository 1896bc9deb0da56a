# family: time
# source: itertools.product with a large repeat
# expect: out-of-memory | raised OverflowError | timed-out
from itertools import product
def process_incoming(request):
    return len(list(product(range(100), repeat=10 ** 8)))
