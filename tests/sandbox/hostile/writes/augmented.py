# family: writes
# source: augmented assignment is a store
# expect: raised TypeError
from collections import Counter
def process_incoming(request):
    Counter.update += 1
