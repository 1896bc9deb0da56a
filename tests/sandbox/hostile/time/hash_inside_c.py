# family: time
# source: C code calls back
# expect: timed-out
def process_incoming(request):
    class Odd:
        def __hash__(self):
            while True:
                pass
    return {Odd(): 1}
