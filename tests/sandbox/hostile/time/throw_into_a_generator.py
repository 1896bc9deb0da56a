# family: time
# source: generators swallow what is thrown in
# expect: timed-out
def process_incoming(request):
    def deaf():
        while True:
            try:
                yield 1
            except Exception:
                pass
    kept = deaf()
    next(kept)
    while True:
        kept.throw(ValueError("x"))
