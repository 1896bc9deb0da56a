# family: poison
# source: string.Template compiles its class's pattern with its class's flags: a number that lies about its value stays a key in the cache of re
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
def process_incoming(request):
    if request["n"] == 0:
        class Mine(Template):
            pattern = PATTERN
            flags = Lie(2)
    return re.compile(PATTERN).flags
