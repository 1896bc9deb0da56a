# family: writes
# source: found here: the methods that dataclass writes know no guard: unbound, they would write to anything
# expect: completed false
# calls: 2
from dataclasses import dataclass
import json
@dataclass
class Parent:
    kept: str
class Mine(Parent):
    @staticmethod
    def unbound(told):
        return super().__init__
def process_incoming(request):
    if request["n"] == 0:
        try:
            Mine.unbound(Mine)(json.dumps, "kept")
        except TypeError:
            pass
    return hasattr(json.dumps, "kept")
