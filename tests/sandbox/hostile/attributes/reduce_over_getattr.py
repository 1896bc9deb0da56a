# family: attributes
# source: builtins handed to functools
# expect: raised AttributeError
import functools
def process_incoming(request):
    return str(functools.reduce(getattr, ["__class__", "__base__"], ()))
