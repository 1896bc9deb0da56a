# family: crashes
# source: OrderedDict in C
# expect: ended
from collections import OrderedDict
def process_incoming(request):
    class Odd:
        def __hash__(self):
            return 1
        def __eq__(self, other):
            table.clear()
            return True
    table = OrderedDict()
    table[Odd()] = 1
    table[Odd()] = 2
    return len(table.copy())
