"""One that begins again and again over a store that fails: it says so once for each outage, and tries less often."""

import structlog

from engine.errors import StoreAway, Unavailable

_log = structlog.stdlib.get_logger("hookcell.deliveries")


class Outage:
    """`what` is what does not happen meanwhile, for the log; pauses are seconds, each twice the one before."""

    def __init__(self, what: str, first_pause: float, longest_pause: float) -> None:
        self._what = what
        self._first = first_pause
        self._longest = longest_pause
        self._pause = 0.0
        self._said: set[str] = set()

    def met(self, error: Unavailable) -> float:
        """How long to wait before the next try."""
        because = "the database is away" if isinstance(error, StoreAway) else "the store is busy"
        if because not in self._said:
            self._said.add(because)
            _log.warning(f"{self._what}: {because}", error=str(error))
        self._pause = min(self._longest, self._pause * 2 or self._first)
        return self._pause

    def over(self) -> None:
        self._said.clear()
        self._pause = 0.0
