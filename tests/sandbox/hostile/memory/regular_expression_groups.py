# family: memory
# source: patterns compile to tables
# expect: out-of-memory | raised error | timed-out | completed true | raised OverflowError
import re
def process_incoming(request):
    return bool(re.compile("(" * 90 + "x" * 1000000 + ")" * 90))
