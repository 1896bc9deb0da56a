# family: poison
# source: the same, the flags inherited beside the library's class and different each time they are read
# expect: completed 32
# calls: 2
import re
from string import Template
PATTERN = r"%(?P<named>x)(?P<braced>y)(?P<escaped>z)(?P<invalid>w)"
class Lie(int):
    def __or__(self, other):
        return self
    def __hash__(self):
        return hash(0)
    def __eq__(self, other):
        return True
class Side:
    @classmethod
    @property
    def flags(cls):
        return Lie(2)
def process_incoming(request):
    if request["n"] == 0:
        class Mine(Side, Template):
            pattern = PATTERN
    return re.compile(PATTERN).flags
