# family: poison
# source: found here: re keeps patterns by keys that a script made
# expect: completed 32
# calls: 2
import re
def process_incoming(request):
    class Flags(int):
        def __hash__(self):
            return hash(0)
        def __eq__(self, other):
            return True
    if request["n"] == 0:
        re.compile("poison", Flags(2))
    return re.compile("poison").flags
