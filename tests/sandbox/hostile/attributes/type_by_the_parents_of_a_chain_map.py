# family: attributes
# source: found here: the getter of the property ChainMap.parents, taken from the property
# expect: raised TypeError
from collections import ChainMap
def process_incoming(request):
    class Chain:
        maps = (None, 5)
    return repr(ChainMap.parents.fget(Chain))
