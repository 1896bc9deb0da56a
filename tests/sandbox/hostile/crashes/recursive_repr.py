# family: crashes
# source: repr recurses
# expect: raised RecursionError
def process_incoming(request):
    class Odd:
        def __repr__(self):
            return repr(self)
    return repr(Odd())
