# family: output
# source: an exception whose arguments are odd
# expect: raised KeyError
def process_incoming(request):
    class Odd:
        def __repr__(self):
            return "\ud800" * 10
    raise KeyError(Odd())
