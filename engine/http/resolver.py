"""Names to addresses, off the loop: the one seam where the tests replace the network beyond this machine.

`getaddrinfo` cannot be cancelled and may take half a minute, so it runs in daemon threads of its own: a name server
that does not answer delays neither other work in threads nor the end of the process. Equal names share one look-up.
"""

import asyncio
import socket
from threading import Thread
from typing import Protocol

MAX_THREADS = 32
MAX_LOOKUPS = 1000


class Resolver(Protocol):
    async def resolve(self, host: str) -> list[str]:
        """Every address of a host name, as text; raises OSError where there is none."""


class SystemResolver:
    """The machine's own resolver: /etc/hosts, DNS, whatever it is set to use."""

    def __init__(self) -> None:
        self._lookups: dict[str, asyncio.Task[list[str]]] = {}
        self._threads = asyncio.Semaphore(MAX_THREADS)

    async def resolve(self, host: str) -> list[str]:
        lookup = self._lookups.get(host)
        if lookup is None:
            if len(self._lookups) >= MAX_LOOKUPS:
                raise OSError(f"{MAX_LOOKUPS} names are being looked up already")
            lookup = self._lookups[host] = asyncio.create_task(self._look_up(host))
            lookup.add_done_callback(lambda done: self._finished(host, done))
        return await asyncio.shield(lookup)

    async def _look_up(self, host: str) -> list[str]:
        async with self._threads:
            loop = asyncio.get_running_loop()
            answer: asyncio.Future[list[str]] = loop.create_future()
            Thread(target=_in_thread, args=(host, loop, answer), name="hookcell-resolver", daemon=True).start()
            return await answer

    def _finished(self, host: str, lookup: asyncio.Task[list[str]]) -> None:
        del self._lookups[host]
        if not lookup.cancelled():
            # Everyone who waited may have left; asking marks the exception as seen.
            lookup.exception()


def _in_thread(host: str, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[list[str]]) -> None:
    addresses: list[str] = []
    error: OSError | None = None
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    except (OSError, UnicodeError) as caught:
        error = caught if isinstance(caught, OSError) else OSError(str(caught))

    def deliver() -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(addresses)
        else:
            answer.set_exception(error)

    try:
        loop.call_soon_threadsafe(deliver)
    except RuntimeError:
        return  # the loop was closed while the look-up ran
