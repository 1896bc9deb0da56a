"""When a delivery is tried again: the three schedules of Rocket.Chat, and the bounds that ours has besides.

Pure: milliseconds in, milliseconds out. By default a receiver's `Retry-After` counts where it is longer than the
schedule, up to an hour; no wait is above 24 hours; a delivery older than 72 hours is held. `strict` has the bare
schedule.
"""

from datetime import UTC
from email.utils import parsedate_to_datetime

SECOND_MS = 1000
HOUR_MS = 3600 * SECOND_MS

SCHEDULES = ("powers-of-ten", "powers-of-two", "increments-of-two")

MAX_RETRY_AFTER_MS = HOUR_MS
MAX_WAIT_MS = 24 * HOUR_MS
MAX_AGE_MS = 72 * HOUR_MS
# Even the bare schedule must give a date that can be stored: ten years.
FARTHEST_MS = 3650 * 24 * HOUR_MS

_MAX_EXPONENT = 50


def delay_ms(schedule: str, number: int, *, retry_after: int | None = None, strict: bool = False) -> int | None:
    """The wait before retry `number` (1, 2, 3...); None where there is no such schedule.

    `retry_after` is what the receiver asked for, in milliseconds, as `retry_after_ms` reads it.
    """
    scheduled = _scheduled(schedule, number)
    if scheduled is None or strict:
        return scheduled
    return min(max(scheduled, min(retry_after or 0, MAX_RETRY_AFTER_MS)), MAX_WAIT_MS)


def is_too_old(created_at: int, now: int, *, strict: bool = False) -> bool:
    """Whether a delivery is held instead of tried again; both are milliseconds since the epoch."""
    return not strict and now - created_at > MAX_AGE_MS


def retry_after_ms(value: str | None, now: int) -> int | None:
    """A `Retry-After` header, seconds or a date, as a wait from `now`; None where it is absent or says nothing."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:12]) * SECOND_MS, FARTHEST_MS)
    try:
        date = parsedate_to_datetime(text)
        # A date without a zone is read as UTC, which is what HTTP dates are in.
        at = round((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError, IndexError):
        return None
    return min(max(at - now, 0), FARTHEST_MS)


def _scheduled(schedule: str, number: int) -> int | None:
    exponent = min(number, _MAX_EXPONENT)
    wait: int
    match schedule:
        case "powers-of-ten":
            wait = 10 ** (exponent + 1)
        case "powers-of-two":
            wait = 2**exponent * SECOND_MS
        case "increments-of-two":
            wait = 2 * number * SECOND_MS
        case _:
            return None
    return min(wait, FARTHEST_MS)
