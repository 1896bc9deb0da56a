# family: poison
# source: found here: re.RegexFlag keeps combinations by keys that a script made
# expect: completed 40
# calls: 2
import re
def process_incoming(request):
    class Flags(int):
        def __hash__(self):
            return hash(40)
        def __eq__(self, other):
            return True
        def __ror__(self, other):
            return self
    if request["n"] == 0:
        re.RegexFlag(Flags(34))
        re.I | Flags(34)
    return (re.M | re.U).value
