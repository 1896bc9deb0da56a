# family: writes
# source: decimal contexts hold mappings
# expect: completed true
# calls: 2
from decimal import getcontext, InvalidOperation
def process_incoming(request):
    before = getcontext().traps[InvalidOperation]
    getcontext().traps[InvalidOperation] = False
    return before
