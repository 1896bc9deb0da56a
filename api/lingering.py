"""A connection that is closed while its client still sends: what comes is read and thrown away, within bounds.

Closed at once, the system answers what arrives after that with a reset, and a client that sends all of its body before
it reads would see a broken pipe in place of the 413.
"""

import asyncio
from collections.abc import Callable
from typing import Any

# of one body whose answer is out
MAX_BYTES = 32 * 1024 * 1024
MAX_SECONDS = 10.0


class LingeringTransport(asyncio.Transport):
    """The part of a transport that uvicorn uses. `unfinished` says whether the client has more of a body to send."""

    def __init__(self, transport: asyncio.Transport, unfinished: Callable[[], bool]) -> None:
        super().__init__()
        self._transport = transport
        self._unfinished = unfinished
        self._timer: asyncio.TimerHandle | None = None
        # of the body that is coming
        self.thrown_away = 0
        self.write = transport.write  # type: ignore[method-assign]
        self.pause_reading = transport.pause_reading  # type: ignore[method-assign]
        self.resume_reading = transport.resume_reading  # type: ignore[method-assign]

    @property
    def lingers(self) -> bool:
        return self._timer is not None

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self.lingers or self._transport.is_closing()

    def close(self) -> None:
        """At once where the request is whole, and when called again."""
        if self.is_closing() or not self._unfinished() or not self._transport.can_write_eof():
            self.lost()
            self._transport.close()
            return
        self._timer = asyncio.get_running_loop().call_later(MAX_SECONDS, self._transport.close)
        self._transport.resume_reading()
        # the client reads to here
        self._transport.write_eof()

    def throw_away(self, size: int) -> None:
        """Bytes that came of a body that nobody reads any more."""
        self.thrown_away += size
        if self.thrown_away > MAX_BYTES:
            self._transport.close()

    def lost(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
