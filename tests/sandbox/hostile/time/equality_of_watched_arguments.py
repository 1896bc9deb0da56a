# family: time
# source: the cell compares arguments after the hook
# expect: timed-out
def process_incoming(request):
    class Odd:
        def __eq__(self, other):
            while True:
                pass
    request["n"] = Odd()
