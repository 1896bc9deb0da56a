# family: attributes
# source: descriptors call what they wrap
# expect: raised AttributeError
import operator
def process_incoming(request):
    class Holder:
        kind = property(operator.attrgetter("__class__"))
    return str(Holder().kind)
