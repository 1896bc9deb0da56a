# family: output
# source: exact types only
# expect: raised BadResult
def process_incoming(request):
    return b"x"
