# family: output
# source: a result that runs code
# expect: raised BadResult
def process_incoming(request):
    return (x for x in [1])
