# family: memory
# source: MemoryError is an ordinary exception
# expect: out-of-memory | timed-out
def process_incoming(request):
    kept = []
    while True:
        try:
            kept.append("x" * 1000000)
        except MemoryError:
            pass
