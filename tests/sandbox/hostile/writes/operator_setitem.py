# family: writes
# source: operator writes unguarded
# expect: raised TypeError
import operator, re
def process_incoming(request):
    operator.setitem(re.compile("(?P<a>x)").groupindex, "a", 2)
