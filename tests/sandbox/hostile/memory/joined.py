# family: memory
# source: a separator multiplies
# expect: out-of-memory
def process_incoming(request):
    return len(("x" * 1000000).join("y" * 1000000))
