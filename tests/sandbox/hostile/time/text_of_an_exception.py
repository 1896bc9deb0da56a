# family: time
# source: the report asks the exception for its text
# expect: timed-out
def process_incoming(request):
    class Odd(Exception):
        def __str__(self):
            while True:
                pass
    raise Odd()
