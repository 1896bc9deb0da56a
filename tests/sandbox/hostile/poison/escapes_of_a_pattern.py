# family: poison
# source: found here: re.escape gives its table to the translate of the text
# expect: completed "a\\.b"
# calls: 2
import re
class Thief(str):
    def translate(self, table):
        table[ord(".")] = "."
        return "x"
def process_incoming(request):
    if request["n"] == 0:
        re.escape(Thief("x"))
    return re.escape("a.b")
