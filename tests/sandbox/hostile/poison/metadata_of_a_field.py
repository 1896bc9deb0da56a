# family: poison
# source: found here: all fields without metadata share one proxy, which gives its dict to what it is compared with
# expect: completed [{}, {}]
# calls: 2
from dataclasses import dataclass, field, fields
class Thief:
    def __eq__(self, other):
        other["b"] = 0
        return True
    def __ror__(self, other):
        other["b"] = 0
        return other
@dataclass
class Note:
    text: str = ""
def process_incoming(request):
    if request["n"] == 0:
        field().metadata == Thief()
        fields(Note())[0].metadata | Thief()
    return [dict(field().metadata), dict(fields(Note())[0].metadata)]
