# family: output
# source: sandbox-facts 6.2
# expect: raised BadResult
def process_incoming(request):
    class Odd(int):
        def __str__(self):
            return "escaped"
    return Odd(1)
