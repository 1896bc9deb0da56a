# family: classes
# source: __del__ runs after the call
# expect: rejected private-name
def process_incoming(request):
    class Odd:
        __del__ = lambda self: print("escaped")
