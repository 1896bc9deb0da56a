# family: attributes
# source: found here: Counter.copy calls the class of whatever self it is given, and that of a class is type
# expect: raised TypeError
from collections import Counter
def process_incoming(request):
    made = Counter.copy(object)
    return repr(made)
