# family: poison
# source: found here: an alias of typing writes itself onto what its class makes, and zones are shared by all calls
# expect: completed "Europe/Berlin"
# calls: 2
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo
class Zone(Generic[TypeVar("T")], ZoneInfo):
    pass
def process_incoming(request):
    Zone[int]("Europe/Berlin")
    return str(ZoneInfo("Europe/Berlin"))
