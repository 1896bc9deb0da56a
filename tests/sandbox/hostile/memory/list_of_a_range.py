# family: memory
# source: sandbox-facts 5.1
# expect: out-of-memory
def process_incoming(request):
    return len(list(range(10 ** 9)))
