# feature: parsing, formatting, arithmetic, time zones
# request: {}
# expect: ["2026-05-15T13:23:37+00:00", "2026-05-15 13:23", "Friday 15 May", "2026-05-15T13:00:00", 7200.0, "1 day, 2:00:00", "2026-05-08", 28, "2026-05-15T15:23:37+02:00", "CEST", 4, "01:02:00", 1778851417.0, 1970, 2027, "002", true, "datetime.date(2026, 5, 15)", "13", "Europe/Berlin", "2026-01-01T00:00:00", 20]

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

def process_incoming(request):
    when = datetime(2026, 5, 15, 13, 23, 37, tzinfo=timezone.utc)
    berlin = when.astimezone(ZoneInfo("Europe/Berlin"))
    return [when.isoformat(), f"{when:%Y-%m-%d %H:%M}", when.strftime("%A %d %B"), datetime.strptime("15/05/26 13:00", "%d/%m/%y %H:%M").isoformat(), datetime.fromisoformat("2026-05-15T10:20:37+02:00").utcoffset().total_seconds(),
            str(timedelta(days=1, hours=2)), (when - timedelta(weeks=1)).date().isoformat(), (date(2026, 3, 1) - date(2026, 2, 1)).days, berlin.isoformat(), berlin.tzname(), when.weekday(), time(1, 2).isoformat(), when.timestamp(),
            datetime.fromtimestamp(0, timezone.utc).year, when.replace(year=2027).year, date.fromisoformat("2026-01-02").strftime("%j"), when == berlin, repr(when.date()), "{:%H}".format(when), str(berlin.tzinfo), datetime.combine(date(2026, 1, 1), time(0)).isoformat(), when.isocalendar()[1]]
