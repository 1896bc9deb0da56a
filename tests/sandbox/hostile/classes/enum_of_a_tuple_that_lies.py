# family: classes
# source: an Enum reads the name of a member twice
# expect: raised ValueError
from enum import Enum
class Lie(tuple):
    def __getitem__(self, index):
        return "harmless"
def process_incoming(request):
    made = Enum("Made", [Lie(("__getattr__", lambda self, name: 42)), ("A", 1)])
    return made.A.whatever
