# family: poison
# source: sandbox-design 2
# expect: completed 28
# calls: 2
from decimal import getcontext
def process_incoming(request):
    before = getcontext().prec
    getcontext().prec = 5
    return before
