# family: poison
# source: found here: urllib keeps quoters by keys that a script made
# expect: completed "%2Fx"
# calls: 2
from urllib.parse import quote
def process_incoming(request):
    class Safe(bytes):
        def __hash__(self):
            return hash(b"~~")
        def __eq__(self, other):
            return True
    class Text(str):
        def encode(self, *rest):
            return Safe(b"/~~")
    if request["n"] == 0:
        quote("/x", safe=Text("~~"))
    return quote("/x", safe="~~")
