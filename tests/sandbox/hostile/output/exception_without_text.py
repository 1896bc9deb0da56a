# family: output
# source: the author's own __str__ fails
# expect: raised Odd
def process_incoming(request):
    class Odd(Exception):
        def __str__(self):
            raise ValueError("x")
    raise Odd()
