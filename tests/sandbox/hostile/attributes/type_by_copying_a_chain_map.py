# family: attributes
# source: found here: ChainMap.copy, put into a class of the script and asked of the class
# expect: raised TypeError
from collections import ChainMap
def process_incoming(request):
    class Chain:
        maps = ({},)
        duplicate = classmethod(property(ChainMap.copy))
        again = classmethod(ChainMap.copy)
    return repr(Chain.again())
