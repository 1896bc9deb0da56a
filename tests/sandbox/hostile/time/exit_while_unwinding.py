# family: time
# source: sandbox-design 2
# expect: timed-out
def process_incoming(request):
    class Deaf:
        def __enter__(self):
            return self
        def __exit__(self, *rest):
            while True:
                pass
    with Deaf():
        1 / 0
