# family: output
# source: names are not identities
# expect: raised BadResult
def process_incoming(request):
    class BadResult(Exception):
        pass
    raise BadResult("x")
