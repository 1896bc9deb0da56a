# family: memory
# source: a Counter lists what it counts
# expect: out-of-memory
from collections import Counter
def process_incoming(request):
    # most of it at once and untouched: the rest is used up long before the time is, on a slow machine too
    kept = bytes(45000000)
    return len(kept) + len(list(Counter(a=10 ** 10).elements()))
