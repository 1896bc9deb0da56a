# family: poison
# source: found here: what an own abstract class says of a class of Python's is kept by the library's above it
# expect: completed false
# calls: 2
import typing
class Mine(typing.Mapping):
    pass
def process_incoming(request):
    if request["n"] == 0:
        try:
            Mine.register(list)
        except AttributeError:
            pass
    return isinstance([], typing.Mapping)
