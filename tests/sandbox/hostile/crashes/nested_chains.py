# family: crashes
# source: sandbox-facts 5.2
# expect: ended
from itertools import chain
def process_incoming(request):
    x = []
    for i in range(200000):
        x = chain(x, [])
    return list(x)
