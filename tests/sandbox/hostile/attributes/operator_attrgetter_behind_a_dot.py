# family: attributes
# source: dotted names judged as a whole
# expect: raised AttributeError
import operator
def process_incoming(request):
    return str(operator.attrgetter("real.__class__")(1))
