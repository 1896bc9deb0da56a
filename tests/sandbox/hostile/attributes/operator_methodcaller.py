# family: attributes
# source: operator.methodcaller calls unguarded
# expect: raised AttributeError
import operator
def process_incoming(request):
    return str(operator.methodcaller("__reduce_ex__", 2)(object()))
