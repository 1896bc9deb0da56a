# family: output
# source: exact types only
# expect: raised BadResult
from collections import namedtuple
def process_incoming(request):
    return namedtuple("P", "x")(1)
