# family: time
# source: decimal computes with any precision
# expect: timed-out | out-of-memory | raised Overflow | raised InvalidOperation
from decimal import Decimal, getcontext
def process_incoming(request):
    getcontext().prec = 10 ** 7
    return str(Decimal(3) ** (10 ** 7))[:5]
