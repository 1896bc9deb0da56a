# family: gadgets
# source: a class of one's own has what its base was denied
# expect: raised AttributeError
from zoneinfo import ZoneInfo
class Zone(ZoneInfo):
    @classmethod
    def read(cls):
        return super().no_cache("Europe/Berlin")
def process_incoming(request):
    return str(Zone.read())
