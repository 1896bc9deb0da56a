# family: formats
# source: operator calls the raw method
# expect: raised AttributeError
import operator
def process_incoming(request):
    return operator.methodcaller("format", 1)("{0.__class__}")
