# family: attributes
# source: operator.attrgetter reads unguarded
# expect: raised AttributeError
import operator
def process_incoming(request):
    return str(operator.attrgetter("__class__.__base__")(()))
