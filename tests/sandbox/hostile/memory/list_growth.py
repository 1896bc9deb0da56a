# family: memory
# source: sandbox-facts 5.1
# expect: out-of-memory
def process_incoming(request):
    kept = []
    while True:
        kept.append("x" * 100000)
