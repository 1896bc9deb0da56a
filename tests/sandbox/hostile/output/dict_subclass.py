# family: output
# source: sandbox-facts 6.2
# expect: raised BadResult
def process_incoming(request):
    class Odd(dict):
        def items(self):
            return [("escaped", 1)]
    return Odd(x=1)
