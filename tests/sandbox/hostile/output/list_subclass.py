# family: output
# source: sandbox-facts 6.2
# expect: raised BadResult
def process_incoming(request):
    class Odd(list):
        def __iter__(self):
            return iter(["escaped"])
    return Odd([1])
