# family: attributes
# source: the same leads to the descriptor of AttributeError.obj
# expect: raised AttributeError
import functools
def process_incoming(request):
    descriptor = functools.lru_cache()(AttributeError).obj
    try:
        request.missing
    except AttributeError as error:
        return repr(property(descriptor).fget(error))
