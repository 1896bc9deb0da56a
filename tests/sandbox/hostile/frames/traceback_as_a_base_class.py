# family: frames
# source: found here: the class of a base is called with three arguments
# expect: raised TypeError
def process_incoming(request):
    class Thief:
        def __enter__(self):
            return self
        def __exit__(self, kind, error, trace):
            self.found = trace
            return True
    with Thief() as thief:
        1 / 0
    class Made(thief.found):
        pass
    return "escaped"
