# feature: zones and daylight saving
# request: {}
# expect: [-18000.0, "2026-03-08T07:30:00+00:00", "America/New_York", true, true, "America/New_York", true, "zoneinfo.ZoneInfo(key='America/New_York')"]

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

def process_incoming(request):
    ny = ZoneInfo("America/New_York")
    before = datetime(2026, 3, 8, 1, 30, tzinfo=ny)
    after = before + timedelta(hours=1)
    try:
        ZoneInfo("Mars/Base")
        missing = False
    except ZoneInfoNotFoundError:
        missing = True
    return [before.utcoffset().total_seconds(), after.astimezone(ZoneInfo("UTC")).isoformat(), ny.key, "Asia/Tokyo" in available_timezones(), missing, str(ny), ZoneInfo("America/New_York") is ny, repr(ny)]
