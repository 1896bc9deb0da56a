"""How often a hook may be called: a sliding window for each hook, in this process's memory.

By default 600 calls a minute and 100 a second for each hook; `HOOKCELL_RATE_LIMIT` says another number a minute or
`off`, and wins over the strict rule of the original: 10 a minute for each address, url and method.
"""

import math
import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from engine.settings import Settings

A_MINUTE, A_SECOND, STRICT_A_MINUTE = 600, 100, 10


@dataclass(frozen=True, slots=True)
class Allowance:
    """`headers` go with every answer; `wait_seconds` is 0 for a call that may go on."""

    headers: dict[str, str]
    wait_seconds: int = 0


class RateLimit:
    def __init__(self, settings: Settings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._by_caller = False
        self._items: tuple[RateLimitItem, ...]
        if settings.rate_limit == "off":
            self._items = ()
        elif settings.rate_limit is not None:
            self._items = (RateLimitItemPerMinute(int(settings.rate_limit)),)
        elif settings.strict_compat:
            self._items = (RateLimitItemPerMinute(STRICT_A_MINUTE),)
            self._by_caller = True
        else:
            self._items = (RateLimitItemPerMinute(A_MINUTE), RateLimitItemPerSecond(A_SECOND))

    def allow(self, hook: str, *, address: str, method: str) -> Allowance:
        """`hook` is an integration's id."""
        if not self._items:
            return Allowance({})
        key = (address, hook, method) if self._by_caller else (hook,)
        refused = next((item for item in self._items if not self._limiter.hit(item, *key)), None)
        shown = refused or self._items[0]
        window = self._limiter.get_window_stats(shown, *key)
        headers = {
            "X-RateLimit-Limit": str(shown.amount),
            "X-RateLimit-Remaining": str(window.remaining),
            "X-RateLimit-Reset": str(int(window.reset_time * 1000)),
        }
        if refused is None:
            return Allowance(headers)
        return Allowance(headers, max(1, math.ceil(window.reset_time - time.time())))
