# family: frames
# source: gen.close() hands GeneratorExit to __exit__
# expect: completed "Exception is not reached"
def process_incoming(request):
    kept = []
    class Thief:
        def __enter__(self):
            return self
        def __exit__(self, kind, error, trace):
            kept.append(kind)
            return False
    def run():
        with Thief():
            yield 1
    made = run()
    next(made)
    made.close()
    return "escaped" if issubclass(kept[0], Exception) else "Exception is not reached"
