# family: poison
# source: urllib keeps split urls by keys that a script made
# expect: completed "b"
# calls: 2
from urllib.parse import urlsplit
def process_incoming(request):
    class Text(str):
        def __hash__(self):
            return hash("http://b/")
        def __eq__(self, other):
            return True
    if request["n"] == 0:
        urlsplit(Text("http://a/"))
    return urlsplit("http://b/").hostname
