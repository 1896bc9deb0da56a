# family: classes
# source: decorators write onto what they get
# expect: raised TypeError
from functools import total_ordering
from decimal import Decimal
def process_incoming(request):
    total_ordering(Decimal)
