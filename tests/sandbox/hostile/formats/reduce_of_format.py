# family: formats
# source: functools calls the raw method
# expect: raised AttributeError
import functools
def process_incoming(request):
    return functools.reduce(str.format, ["{0.__class__}", 1])
