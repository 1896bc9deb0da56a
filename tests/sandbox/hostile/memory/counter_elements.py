# family: memory
# source: a Counter lists what it counts
# expect: out-of-memory
from collections import Counter
def process_incoming(request):
    return len(list(Counter(a=10 ** 10).elements()))
