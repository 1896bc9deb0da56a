# family: poison
# source: found here: urllib keeps quoters by keys that a script made
# expect: completed "a=%2Fx"
# calls: 2
from urllib.parse import urlencode
def process_incoming(request):
    class Safe(bytes):
        def __hash__(self):
            return hash(b"!~~")
        def __eq__(self, other):
            return True
    if request["n"] == 0:
        urlencode({"a": "/x"}, safe=Safe(b"/!~~"))
    return urlencode({"a": "/x"}, safe="!~~")
