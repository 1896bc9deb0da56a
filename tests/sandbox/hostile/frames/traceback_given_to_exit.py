# family: frames
# source: __exit__ is handed a raw traceback
# expect: rejected inspect-attribute
def process_incoming(request):
    class Thief:
        def __enter__(self):
            return self
        def __exit__(self, kind, error, trace):
            self.found = trace.tb_frame.f_globals
            return True
    with Thief() as thief:
        1 / 0
    return str(thief.found)
