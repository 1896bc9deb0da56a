# family: poison
# source: typing keeps aliases by keys that a script made
# expect: completed "typing.Literal[5]"
# calls: 2
import typing
def process_incoming(request):
    class Key(int):
        def __hash__(self):
            return hash(5)
        def __eq__(self, other):
            return True
        def __repr__(self):
            return "escaped"
    if request["n"] == 0:
        typing.Literal[Key(5)]
    return str(typing.Literal[5])
