# family: time
# source: C code calls back
# expect: timed-out
def process_incoming(request):
    def key(value):
        while True:
            pass
    return sorted([2, 1], key=key)
