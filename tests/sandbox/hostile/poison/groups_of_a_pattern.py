# family: poison
# source: found here: a mapping proxy gives the dict behind it to whatever it is compared with; patterns are kept
# expect: completed [["a"], "a", false]
# calls: 2
import re
class Thief:
    def __eq__(self, other):
        other["b"] = 0
        return True
    def __ror__(self, other):
        other["b"] = 0
        return other
def process_incoming(request):
    pattern = re.compile("(?P<a>a)")
    if request["n"] == 0:
        for taken in (pattern.groupindex, getattr(pattern, "groupindex"), pattern.match("a").re.groupindex):
            taken == Thief()
            taken | Thief()
            taken.keys().mapping == Thief()
    found = pattern.match("a")
    return [list(pattern.groupindex), found["a"], "b" in found.groupdict()]
