# family: formats
# source: functools binds the raw method
# expect: raised AttributeError
import functools
def process_incoming(request):
    return functools.partial(str.format, "{0.__class__}")(1)
