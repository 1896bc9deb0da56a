# family: poison
# source: a suspended localcontext
# expect: completed 28
# calls: 2
from decimal import getcontext, localcontext
def process_incoming(request):
    before = getcontext().prec
    def hold():
        with localcontext() as context:
            context.prec = 4
            yield
    kept = hold()
    next(kept)
    return before
