# family: writes
# source: classes are shared
# expect: raised TypeError
from decimal import Decimal
def process_incoming(request):
    Decimal.escaped = 1
