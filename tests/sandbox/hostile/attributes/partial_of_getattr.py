# family: attributes
# source: builtins handed to functools
# expect: raised AttributeError
import functools
def process_incoming(request):
    return str(functools.partial(getattr, ())("__class__"))
