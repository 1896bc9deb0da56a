# family: memory
# source: recursion within the interpreter's limit keeps locals
# expect: out-of-memory | raised RecursionError | timed-out
def process_incoming(request):
    def deeper(n):
        kept = [n] * 1000000
        return deeper(n + 1)
    return deeper(0)
