# family: time
# source: decimal computes with any precision
# expect: timed-out | out-of-memory
from decimal import Decimal, getcontext
def process_incoming(request):
    getcontext().prec = 10 ** 8
    return str(Decimal(2).sqrt())[:5]
