# family: classes
# source: the functional form takes any name
# expect: raised ValueError
from enum import Enum
def process_incoming(request):
    return str(Enum("E", {"__reduce_ex__": 1, "__getattr__": 2}))
