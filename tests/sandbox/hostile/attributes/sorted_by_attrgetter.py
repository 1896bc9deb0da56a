# family: attributes
# source: C code calls a key function unguarded
# expect: raised AttributeError
import operator
def process_incoming(request):
    return str(sorted([1, 2], key=operator.attrgetter("__class__")))
