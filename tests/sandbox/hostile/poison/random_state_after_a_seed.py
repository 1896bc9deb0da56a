# family: poison
# source: sandbox-design 2
# expect: completed true
# calls: 2
import random
def process_incoming(request):
    value = random.getrandbits(64)
    random.seed(7)
    random.getrandbits(64)
    other = random.Random(7)
    other.getrandbits(64)
    return value != other.getrandbits(64)
