"""Names to addresses, off the loop: the one seam where the tests replace the network beyond this machine.

`getaddrinfo` cannot be cancelled and may take half a minute, so it runs in daemon threads of its own: a name server
that does not answer delays neither other work in threads nor the end of the process. Half of the threads are kept for
domains that have none: one whose name servers say nothing keeps no other domain's names waiting. Equal names share one
look-up, and one that nobody waits for any more is not begun.
"""

import asyncio
import socket
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from threading import Thread
from typing import Protocol

MAX_THREADS = 64
# of them, for domains that have none
RESERVE = 32
MAX_LOOKUPS = 1000


class Resolver(Protocol):
    async def resolve(self, host: str) -> list[str]:
        """Every address of a host name, as text; raises OSError where there is none."""


class SystemResolver:
    """The machine's own resolver: /etc/hosts, DNS, whatever it is set to use."""

    def __init__(self) -> None:
        self._lookups: dict[str, _Lookup] = {}
        self._threads = _Threads()

    async def resolve(self, host: str) -> list[str]:
        lookup = self._lookups.get(host)
        if lookup is None:
            if len(self._lookups) >= MAX_LOOKUPS:
                raise OSError(f"{MAX_LOOKUPS} names are being looked up already")
            lookup = self._lookups[host] = _Lookup(host, self._threads)
            lookup.answer.add_done_callback(partial(self._ended, host, lookup))
        lookup.waiting += 1
        try:
            return await asyncio.shield(lookup.answer)
        finally:
            lookup.waiting -= 1
            if not lookup.waiting and not lookup.begun:
                self._forget(host, lookup)
                lookup.answer.cancel()

    def _forget(self, host: str, lookup: "_Lookup") -> None:
        # another of the same name may have taken its place
        if self._lookups.get(host) is lookup:
            del self._lookups[host]

    def _ended(self, host: str, lookup: "_Lookup", answer: "asyncio.Task[list[str]]") -> None:
        self._forget(host, lookup)
        if not answer.cancelled():
            # Everyone who waited may have left; asking marks the exception as seen.
            answer.exception()


class _Lookup:
    def __init__(self, host: str, threads: "_Threads") -> None:
        self.waiting = 0
        self.begun = False
        self.answer = asyncio.create_task(self._look_up(host, threads))

    async def _look_up(self, host: str, threads: "_Threads") -> list[str]:
        async with threads.taken(host):
            self.begun = True
            loop = asyncio.get_running_loop()
            answer: asyncio.Future[list[str]] = loop.create_future()
            thread = Thread(target=_in_thread, args=(host, loop, answer), name="hookcell-resolver", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                # as many as the system lets us have
                raise OSError(str(error)) from None
            return await answer


class _Threads:
    """Who may have one. A domain is the last two labels of a name, as far as that can be told without a list."""

    def __init__(self) -> None:
        self._busy: Counter[str] = Counter()
        # in the order in which they came
        self._waiting: OrderedDict[asyncio.Future[None], str] = OrderedDict()

    @asynccontextmanager
    async def taken(self, host: str) -> AsyncGenerator[None]:
        domain = ".".join(host.rsplit(".", 2)[-2:])
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[turn] = domain
        self._give()
        try:
            await turn
            yield
        finally:
            if self._waiting.pop(turn, None) is None:
                self._busy[domain] -= 1
                if not self._busy[domain]:
                    del self._busy[domain]
                self._give()

    def _give(self) -> None:
        for turn, domain in [*self._waiting.items()]:
            most = MAX_THREADS - RESERVE if self._busy[domain] else MAX_THREADS
            if self._busy.total() < most and not turn.cancelled():
                self._busy[domain] += 1
                del self._waiting[turn]
                turn.set_result(None)


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
