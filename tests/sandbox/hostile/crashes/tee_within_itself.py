# family: crashes
# source: CPython bpo-34410: tee is not reentrant
# expect: ended
from itertools import tee
def process_incoming(request):
    class Odd:
        def __init__(self):
            self.other = None
        def __iter__(self):
            return self
        def __next__(self):
            return next(self.other)
    odd = Odd()
    first, second = tee(odd)
    odd.other = second
    return next(first)
