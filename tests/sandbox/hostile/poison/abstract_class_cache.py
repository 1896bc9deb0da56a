# family: poison
# source: isinstance caches of abstract classes
# expect: completed false
# calls: 2
import typing
def process_incoming(request):
    class Odd:
        pass
    return isinstance(Odd(), typing.Sized)
