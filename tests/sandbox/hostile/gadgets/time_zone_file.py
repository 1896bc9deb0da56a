# family: gadgets
# source: zoneinfo reads files
# expect: raised AttributeError
from zoneinfo import ZoneInfo
import io
def process_incoming(request):
    return str(ZoneInfo.from_file(io.BytesIO(b"TZif")))
