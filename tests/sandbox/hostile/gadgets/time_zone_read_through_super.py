# family: gadgets
# source: found here: super() leads past the wrapper
# expect: raised TypeError
from zoneinfo import ZoneInfo
def process_incoming(request):
    return str(super(ZoneInfo, ZoneInfo).no_cache("Europe/Berlin"))
