# family: crashes
# source: sandbox-facts 5.2: SIGSEGV in CPython 3.11
# expect: ended
def process_incoming(request):
    x = []
    for i in range(200000):
        x = filter(None, x)
    return list(x)
