# family: memory
# source: add_note without end
# expect: out-of-memory | timed-out
def process_incoming(request):
    error = ValueError("x")
    while True:
        error.add_note("x" * 100000 + str(error))
