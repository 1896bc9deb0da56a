# family: time
# source: sandbox-design 2
# expect: timed-out
def process_incoming(request):
    class Deaf:
        def __enter__(self):
            return self
        def __exit__(self, *rest):
            return True
    while True:
        with Deaf():
            while True:
                pass
