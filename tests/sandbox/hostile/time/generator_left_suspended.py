# family: time
# source: sandbox-design 2: its finally ran inside the next call
# expect: timed-out
def process_incoming(request):
    def spin():
        try:
            yield 1
        finally:
            while True:
                pass
    kept = spin()
    next(kept)
    return 1
