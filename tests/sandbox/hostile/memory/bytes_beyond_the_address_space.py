# family: memory
# source: an allocation that cannot be
# expect: out-of-memory | raised OverflowError
def process_incoming(request):
    return len(bytes(10 ** 18))
