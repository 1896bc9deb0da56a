# family: time
# source: GeneratorExit is swallowed
# expect: timed-out | completed 1
def process_incoming(request):
    def spin():
        while True:
            try:
                yield 1
            finally:
                continue
    kept = spin()
    next(kept)
    return 1
