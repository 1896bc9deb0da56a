# family: poison
# source: found here: what is no int can be or-ed and compared as one, and was a key of the cache of re
# expect: completed 32
# calls: 2
import re
class Lie:
    def __hash__(self):
        return 0
    def __eq__(self, other):
        return True
    def __and__(self, other):
        return 2 & other
    def __or__(self, other):
        return 2 | other
    __rand__, __ror__ = __and__, __or__
    def __bool__(self):
        return False
def process_incoming(request):
    if request["n"] == 0:
        try:
            re.compile("abc", Lie())
        except TypeError:
            pass
    return re.compile("abc").flags
