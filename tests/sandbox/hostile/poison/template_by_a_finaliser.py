# family: poison
# source: found here: a generator that is left in a cycle runs when the call has ended, and leaves a key of its own
# expect: completed "ax"
# calls: 3
import re, typing
PATTERN = re.compile("a")
class Number(int):
    def __repr__(self):
        return "an object of another call"
class Text(str):
    def __hash__(self):
        return hash("\\g<0>x")
    def __eq__(self, other):
        return True
    def __repr__(self):
        return "kept"
def process_incoming(request):
    if request["n"] == 0:
        def leftover(cycle, re=re, typing=typing, Number=Number, Text=Text, PATTERN=PATTERN):
            try:
                yield 1
            finally:
                PATTERN.sub(Text("\\g<0>poisoned"), "a")
        cycle = []
        cycle.append(leftover(cycle))
        next(cycle[0])
    return PATTERN.sub("\\g<0>x", "a")
