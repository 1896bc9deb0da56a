# family: time
# source: catastrophic backtracking
# expect: timed-out
import re
def process_incoming(request):
    return bool(re.match(r"(a+)+$", "a" * 40 + "b"))
