# family: output
# source: JSON readers disagree beyond 64 bit
# expect: raised BadResult
def process_incoming(request):
    return 2 ** 64
