# family: poison
# source: re takes the value out of a flag and makes it part of a key
# expect: completed 32
# calls: 2
import re
class Lie(int):
    def __hash__(self):
        return hash(0)
    def __eq__(self, other):
        return isinstance(other, int)
def process_incoming(request):
    if request["n"] == 0:
        try:
            re.compile("poison", re.RegexFlag(Lie(4098)))
        except Exception:
            pass
    return re.compile("poison").flags
