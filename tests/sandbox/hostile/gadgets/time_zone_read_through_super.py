# family: gadgets
# source: found here: super() leads past the wrapper
# expect: raised ZoneInfoNotFoundError | raised AttributeError
from zoneinfo import ZoneInfo
def process_incoming(request):
    return str(super(ZoneInfo, ZoneInfo).no_cache("Europe/Berlin"))
