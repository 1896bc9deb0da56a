# family: memory
# source: random.randbytes
# expect: out-of-memory | raised OverflowError
import random
def process_incoming(request):
    return len(random.randbytes(10 ** 8 * 2))
