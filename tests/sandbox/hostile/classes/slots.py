# family: classes
# source: __slots__ names what an object has
# expect: rejected private-name
def process_incoming(request):
    class Odd:
        __slots__ = ("__class__",)
