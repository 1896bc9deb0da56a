# family: poison
# source: found here: urllib's quoters are dicts by the numbers of bytes, and keep those that a class of bytes says it has
# expect: completed ["a%26b", "q=a%26b"]
# calls: 2
from urllib.parse import quote, quote_from_bytes, urlencode
class Lie(int):
    def __hash__(self):
        return hash(38)
    def __eq__(self, other):
        return True
    def __format__(self, spec):
        return "EVIL"
class Mine(bytes):
    def __iter__(self):
        yield Lie(1)
    def rstrip(self, *rest):
        return b"x"
    def __contains__(self, part):
        return False
def process_incoming(request):
    if request["n"] == 0:
        urlencode([("a", [Mine(b"zz")])], doseq=True)
    return [quote("a&b"), urlencode({"q": "a&b"})]
