# family: attributes
# source: found here: ChainMap.new_child calls the class of whatever self it is given; with three arguments it makes one
# expect: raised TypeError
from collections import ChainMap
def process_incoming(request):
    class Chain:
        maps = ((), {"__getattribute__": lambda self, name: name, "__del__": lambda self: None})
    made = ChainMap.new_child(Chain, "Made")
    return repr(made)
