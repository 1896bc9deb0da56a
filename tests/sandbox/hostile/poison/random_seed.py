# family: poison
# source: sandbox-design 2
# expect: completed true
# calls: 2
import random
def process_incoming(request):
    first = random.random()
    random.seed(1)
    return first != random.Random(1).random()
