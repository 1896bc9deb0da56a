# family: poison
# source: subclasses register with their base
# expect: completed 3
# calls: 2
from decimal import Decimal
def process_incoming(request):
    class Odd(Decimal):
        def __add__(self, other):
            return 5
    Odd(1) + 1
    return int(Decimal(1) + 2)
