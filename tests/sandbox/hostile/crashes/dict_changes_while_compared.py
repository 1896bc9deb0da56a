# family: crashes
# source: mutation inside __eq__
# expect: ended
def process_incoming(request):
    class Odd:
        def __hash__(self):
            return 1
        def __eq__(self, other):
            table.clear()
            return False
    table = {}
    for n in range(100):
        table[Odd()] = n
    return "x" in table
