# family: memory
# source: a table multiplies
# expect: out-of-memory
def process_incoming(request):
    return len(("x" * 1000000).translate({120: "y" * 100000}))
