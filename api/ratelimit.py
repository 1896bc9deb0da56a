"""How often a hook may be called: windows that begin with a call, counted in this process's memory.

By default 600 calls a minute and 100 a second for each hook. `HOOKCELL_RATE_LIMIT` says another number a minute or
`off` and wins over all else; the workspace's own settings come next; then, in strict, the original's rule: 10 calls a
minute for each address, url and method.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from engine.settings import Settings

STRICT_A_MINUTE = 10
# with more callers than that in one window's time, the window that began first is forgotten
MAX_WINDOWS = 20_000


@dataclass(frozen=True, slots=True)
class Rule:
    calls: int
    seconds: float


DEFAULT = (Rule(600, 60), Rule(100, 1))


@dataclass(frozen=True, slots=True)
class Allowance:
    """`headers` go with every answer; `wait_seconds` is 0 for a call that may go on."""

    headers: dict[str, str]
    wait_seconds: int = 0


class Windows:
    """Calls of one rule, by key: at most `MAX_WINDOWS` windows, in the order they began."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._windows: OrderedDict[tuple[str, ...], tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def look(self, key: tuple[str, ...], now: float) -> tuple[int, float]:
        """The number of the key's calls in its window so far, and the seconds until the window ends."""
        began, calls = self._windows.get(key, (now, 0))
        if now - began >= self.rule.seconds:
            return 0, self.rule.seconds
        return calls, began + self.rule.seconds - now

    def count(self, key: tuple[str, ...], now: float) -> None:
        calls, left = self.look(key, now)
        if not calls:
            self._windows.pop(key, None)
        self._windows[key] = (now + left - self.rule.seconds, calls + 1)
        self._forget(now)

    def _forget(self, now: float) -> None:
        while self._windows:
            key, (began, _) = next(iter(self._windows.items()))
            if now - began < self.rule.seconds and len(self._windows) <= MAX_WINDOWS:
                return
            del self._windows[key]


class RateLimit:
    """One for the whole server. `clock` is monotonic, in seconds."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said = settings.rate_limit
        self._by_caller = settings.strict_compat and self._said is None
        self._windows: tuple[Windows, ...] = ()
        self.configure()

    def configure(self, *, enabled: bool = True, calls: int | None = None, seconds: float | None = None) -> None:
        """What the workspace's settings say; None is its default. Windows begin anew where a rule has changed."""
        rules = self._rules(enabled, calls, seconds)
        if rules != tuple(windows.rule for windows in self._windows):
            self._windows = tuple(Windows(rule) for rule in rules)

    def _rules(self, enabled: bool, calls: int | None, seconds: float | None) -> tuple[Rule, ...]:
        if self._said is not None:
            return () if self._said == "off" else (Rule(int(self._said), 60),)
        if not enabled:
            return ()
        if calls is None and seconds is None and not self._by_caller:
            return DEFAULT
        return (Rule(calls or STRICT_A_MINUTE, seconds or 60),)

    def allow(self, hook: str, *, address: str, form: str, method: str) -> Allowance:
        """`hook` is an integration's id, `form` the pattern of the url it was called by."""
        key = (address, form, hook, method) if self._by_caller else (hook,)
        now = self._clock()
        looks = [(windows.rule, *windows.look(key, now)) for windows in self._windows]
        for rule, calls, left in looks:
            if calls >= rule.calls:
                # a call that is refused uses up none of the others
                return Allowance(_headers(rule, calls, left), max(1, math.ceil(left)))
        for windows in self._windows:
            windows.count(key, now)
        return Allowance(_headers(looks[0][0], looks[0][1] + 1, looks[0][2]) if looks else {})


def _headers(rule: Rule, calls: int, left: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(rule.calls),
        "X-RateLimit-Remaining": str(rule.calls - calls),
        "X-RateLimit-Reset": str(int((time.time() + left) * 1000)),
    }
