# family: classes
# source: typing.NamedTuple takes any name
# expect: raised ValueError
from typing import NamedTuple
def process_incoming(request):
    return str(NamedTuple("P", [("__class__", int)]))
