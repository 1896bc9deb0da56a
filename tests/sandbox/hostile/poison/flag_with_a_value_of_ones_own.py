# family: poison
# source: RegexFlag keeps what it was made of for every unknown value
# expect: completed false
# calls: 2
import re
class Kept(int):
    pass
def process_incoming(request):
    if request["n"] == 0:
        value = Kept(5000)
        value.note = "from the first call"
        re.RegexFlag(value)
        re.I | Kept(4096)
    return hasattr(re.RegexFlag(5000).value, "note")
