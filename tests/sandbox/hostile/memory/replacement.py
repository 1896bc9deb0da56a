# family: memory
# source: a replacement multiplies
# expect: out-of-memory
def process_incoming(request):
    return len(("x" * 1000000).replace("x", "y" * 10000))
