# family: gadgets
# source: zoneinfo keys are paths
# expect: raised ZoneInfoNotFoundError
from zoneinfo import ZoneInfo
def process_incoming(request):
    return str(ZoneInfo("../../../../etc/passwd"))
