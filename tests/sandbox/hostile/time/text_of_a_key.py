# family: time
# source: the report shows the key of a result
# expect: timed-out
def process_incoming(request):
    class Odd:
        def __repr__(self):
            while True:
                pass
        def __hash__(self):
            return 1
    return {Odd(): 1}
