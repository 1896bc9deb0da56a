"""Time: datetime, time, calendar, zoneinfo.

Whatever asks what time it is reads the call's clock: the machine's, or the frozen one of a test or replay. The datetime
classes are Python's own; their `now`, `utcnow` and `today` are replaced where the attribute is read.
"""

import calendar
import datetime
import difflib
import time
import zoneinfo
from types import BuiltinMethodType
from typing import Any, Final, NoReturn

from sandbox.guards import ATTRIBUTE_RULES
from sandbox.library import state
from sandbox.library.facade import Facade, named
from sandbox.library.instances import for_instances


def _frozen(obj: object, value: object) -> object:
    if state.call.now is None or type(value) is not BuiltinMethodType:
        return value
    kind: object = value.__self__
    if not (isinstance(kind, type) and issubclass(kind, datetime.date)):
        return value
    frozen = _FROZEN.get(value.__name__)
    return value if frozen is None else frozen(kind)


def _now(kind: Any) -> Any:
    def now(tz: datetime.tzinfo | None = None) -> Any:
        return kind.fromtimestamp(state.now(), tz)

    return now


def _utcnow(kind: Any) -> Any:
    def utcnow() -> Any:
        return kind.fromtimestamp(state.now(), datetime.UTC).replace(tzinfo=None)

    return utcnow


def _today(kind: Any) -> Any:
    def today() -> Any:
        return kind.fromtimestamp(state.now())

    return today


_FROZEN: Final = {"now": _now, "utcnow": _utcnow, "today": _today}
for _name in _FROZEN:
    ATTRIBUTE_RULES[_name] = _frozen

Facade(
    "datetime",
    {**named(datetime, "date datetime time timedelta timezone tzinfo MINYEAR MAXYEAR"), "UTC": datetime.UTC},
)


def time_ns() -> int:
    return time.time_ns() if state.call.now is None else int(state.call.now * 1_000_000_000)


def gmtime(seconds: float | None = None, /) -> time.struct_time:
    return time.gmtime(state.now() if seconds is None else seconds)


def localtime(seconds: float | None = None, /) -> time.struct_time:
    return time.localtime(state.now() if seconds is None else seconds)


def ctime(seconds: float | None = None, /) -> str:
    return time.ctime(state.now() if seconds is None else seconds)


def asctime(moment: Any = None, /) -> str:
    return time.asctime(localtime() if moment is None else moment)


def strftime(format: str, moment: Any = None, /) -> str:
    return time.strftime(format, localtime() if moment is None else moment)


Facade(
    "time",
    {
        **named(time, "mktime monotonic monotonic_ns perf_counter perf_counter_ns process_time strptime struct_time"),
        **named(time, "timezone altzone daylight tzname"),
        "time": state.now,
        **{function.__name__: function for function in (time_ns, gmtime, localtime, ctime, asctime, strftime)},
    },
    refused={"sleep": "a script cannot wait; return, and let the sender or the retry call again"},
)


class ZoneInfoNotFoundError(zoneinfo.ZoneInfoNotFoundError):
    # Python's is a KeyError, which shows its message in quotes.
    __str__ = Exception.__str__


ZoneInfoNotFoundError.__module__ = "zoneinfo"


class ZoneInfo(zoneinfo.ZoneInfo):
    """Zones as they were read when the process started: no script opens a file.

    They are shared by all calls, and have no attributes of their own.
    """

    __slots__ = ()

    def __new__(cls, key: Any) -> "ZoneInfo":
        if not isinstance(key, str):
            raise TypeError("the key of a time zone is a str")
        zone = ZONES.get(str.__str__(key))
        if zone is None:
            close = difflib.get_close_matches(key, ZONES, 1)
            hint = f": did you mean {close[0]}?" if close else ": see zoneinfo.available_timezones()"
            raise ZoneInfoNotFoundError(f"No time zone found with key {key}{hint}")
        return zone

    @classmethod
    def _refuse(cls, *args: object, **named: object) -> NoReturn:
        raise AttributeError("not available: write ZoneInfo('Europe/Berlin')")

    no_cache = clear_cache = from_file = _refuse


ZoneInfo.__name__ = ZoneInfo.__qualname__ = "zoneinfo.ZoneInfo"
ZONES: Final[dict[str, ZoneInfo]] = {}


def load_zones() -> None:
    """Read every zone of the tzdata package, or the system's where it has more."""
    if not ZONES:
        for key in sorted(zoneinfo.available_timezones()):
            ZONES[key] = super(ZoneInfo, ZoneInfo).no_cache(key)


def available_timezones() -> set[str]:
    return set(ZONES)


Facade(
    "zoneinfo",
    {
        "ZoneInfo": ZoneInfo,
        "ZoneInfoNotFoundError": ZoneInfoNotFoundError,
        "available_timezones": available_timezones,
    },
)


_Calendar: Final = for_instances(calendar.Calendar, "setfirstweekday firstweekday")


def month(year: int, month: int, w: int = 0, l: int = 0) -> str:  # noqa: E741
    return calendar.TextCalendar().formatmonth(year, month, min(w, 100), min(l, 100))


Facade(
    "calendar",
    {
        **named(calendar, "isleap leapdays weekday monthrange timegm IllegalMonthError IllegalWeekdayError"),
        **named(calendar, "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY"),
        "Calendar": _Calendar,
        "TextCalendar": for_instances(calendar.TextCalendar, "", _Calendar),
        **{name: tuple(getattr(calendar, name)) for name in ("month_name", "month_abbr", "day_name", "day_abbr")},
        "month": month,
        "monthcalendar": lambda year, month: calendar.Calendar().monthdayscalendar(year, month),
    },
    refused={
        "HTMLCalendar": "chat has no HTML: use TextCalendar",
        "setfirstweekday": "write calendar.Calendar(firstweekday)",
    },
)
