# family: crashes
# source: mutation inside __eq__
# expect: raised RuntimeError | raised IndexError | completed null
from collections import deque
def process_incoming(request):
    class Odd:
        def __eq__(self, other):
            x.clear()
            return False
    x = deque([Odd(), 1, 2])
    return x.index(5) if x.count(5) else None
