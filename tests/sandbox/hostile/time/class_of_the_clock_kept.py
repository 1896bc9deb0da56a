# family: time
# source: __exit__ is handed the class of the clock
# expect: timed-out
def process_incoming(request):
    kept = []
    class Thief:
        def __enter__(self):
            return self
        def __exit__(self, kind, error, trace):
            kept.append(kind)
            return True
    with Thief():
        while True:
            pass
    while True:
        try:
            while True:
                pass
        except kept[0]:
            pass
