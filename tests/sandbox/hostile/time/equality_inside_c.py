# family: time
# source: C code calls back
# expect: timed-out
def process_incoming(request):
    class Odd:
        def __eq__(self, other):
            while True:
                pass
    return Odd() in [1, 2]
