# family: time
# source: fractions grow without a cap
# expect: timed-out | raised OverflowError
from fractions import Fraction
def process_incoming(request):
    value = Fraction(1, 3)
    while True:
        value = value * value + 1
