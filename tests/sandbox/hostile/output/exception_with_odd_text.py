# family: output
# source: __str__ that answers a subclass
# expect: raised Odd
def process_incoming(request):
    class Text(str):
        def encode(self, *rest):
            return b"escaped"
        def __getitem__(self, key):
            return 5
    class Odd(Exception):
        def __str__(self):
            return Text("x")
    raise Odd()
