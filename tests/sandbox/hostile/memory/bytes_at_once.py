# family: memory
# source: sandbox-facts 6: 1 GiB in 1.4 ms
# expect: out-of-memory
def process_incoming(request):
    return len(bytearray(10 ** 10))
