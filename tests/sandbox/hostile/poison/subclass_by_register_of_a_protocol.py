# family: poison
# source: found here: the same by a protocol, and by methodcaller
# expect: completed false
# calls: 2
import operator, typing
class Mine(typing.Sized, typing.Protocol):
    pass
def process_incoming(request):
    if request["n"] == 0:
        try:
            operator.methodcaller("register", int)(Mine)
        except AttributeError:
            pass
    return isinstance(5, typing.Sized)
