# family: poison
# source: found here: a member of an Enum lives although its class statement fails, so no class was noted whose keys could lie
# expect: completed "ax"
# calls: 2
import re
from enum import Enum
PATTERN = re.compile("a")
def process_incoming(request):
    if request["n"] == 0:
        kept = []
        try:
            class Mine(str, Enum):
                X = "\\g<0>poisoned"
                def __init__(self, *rest):
                    kept.append(self)
                    raise ValueError
                def __hash__(self):
                    return hash("\\g<0>x")
                def __eq__(self, other):
                    return True
        except ValueError:
            pass
        for text in kept:
            PATTERN.sub(text, "a")
    return PATTERN.sub("\\g<0>x", "a")
