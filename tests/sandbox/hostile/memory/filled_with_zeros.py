# family: memory
# source: methods take widths
# expect: out-of-memory
def process_incoming(request):
    return len("x".zfill(10 ** 10))
