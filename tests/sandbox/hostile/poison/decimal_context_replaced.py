# family: poison
# source: sandbox-design 2
# expect: completed 28
# calls: 2
from decimal import Context, getcontext, setcontext
def process_incoming(request):
    before = getcontext().prec
    setcontext(Context(prec=3))
    return before
