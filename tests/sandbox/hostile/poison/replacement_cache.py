# family: poison
# source: found here: re keeps replacement templates by keys that a script made
# expect: completed "[x]"
# calls: 2
import re
def process_incoming(request):
    class Text(str):
        def __hash__(self):
            return hash("[\g<0>]")
        def __eq__(self, other):
            return True
    if request["n"] == 0:
        re.sub("x", Text("<\g<0>>"), "x")
    return re.sub("x", "[\g<0>]", "x")
