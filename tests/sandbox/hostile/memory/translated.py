# family: memory
# source: a table multiplies
# expect: out-of-memory
def process_incoming(request):
    # most of it at once and untouched: the rest is used up long before the time is, on a slow machine too
    kept = bytes(45000000)
    return len(kept) + len(("x" * 1000000).translate({120: "y" * 100000}))
