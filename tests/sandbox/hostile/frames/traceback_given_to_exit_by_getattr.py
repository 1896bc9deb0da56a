# family: frames
# source: __exit__ is handed a raw traceback
# expect: raised AttributeError
def process_incoming(request):
    class Thief:
        def __enter__(self):
            return self
        def __exit__(self, kind, error, trace):
            self.found = trace
            return True
    with Thief() as thief:
        1 / 0
    return str(getattr(thief.found, "tb_frame"))
