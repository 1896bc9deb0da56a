"""So many database calls at once, each in a thread; so many more, and so many bytes, wait for at most so long."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from engine.errors import Stopping, StoreBusy

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ThreadLimits:
    threads: int
    waiting: int
    waiting_bytes: int
    waiting_seconds: float


class Threads:
    """Lives on one event loop. `what` names a call in the errors: "read", "write"."""

    def __init__(self, what: str, limits: ThreadLimits) -> None:
        self._what = what
        self._limits = limits
        self._pool = ThreadPoolExecutor(limits.threads, thread_name_prefix=f"store-{what}")
        self._free = asyncio.Semaphore(limits.threads)
        self._waiting = 0
        self._bytes = 0
        self._closing = False

    async def run(self, call: Callable[[], T], size: int = 0) -> T:
        """Raises StoreBusy when too much waits or nothing comes free in time, Stopping once it is closed."""
        self._refuse_when_closing()
        if self._free.locked():
            await self._wait(size)
        else:
            await self._free.acquire()
        try:
            self._refuse_when_closing()
            running = asyncio.get_running_loop().run_in_executor(self._pool, call)
        except BaseException:
            self._free.release()
            raise
        # a waiter that is cancelled leaves its thread at work: the place is free when that ends, not before
        running.add_done_callback(self._done)
        return await asyncio.shield(running)

    def load(self) -> float:
        """0 when nobody waits, 1 when nobody else may."""
        limits = self._limits
        return min(1.0, max(self._waiting / limits.waiting, self._bytes / limits.waiting_bytes))

    async def close(self) -> None:
        """Lets what is running end; may be called once."""
        self._closing = True
        for _ in range(self._limits.threads):
            await self._free.acquire()
        for _ in range(self._limits.threads):
            self._free.release()
        self._pool.shutdown()

    async def _wait(self, size: int) -> None:
        limits = self._limits
        # one that is larger than the whole bound waits alone
        if self._waiting >= limits.waiting or (self._waiting and self._bytes + size > limits.waiting_bytes):
            raise StoreBusy(f"Too many {self._what}s wait for the database; nothing was stored.")
        self._waiting += 1
        self._bytes += size
        try:
            async with asyncio.timeout(limits.waiting_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise StoreBusy(
                f"The database did no other {self._what} within {limits.waiting_seconds:g} s; nothing was stored."
            ) from None
        finally:
            self._waiting -= 1
            self._bytes -= size

    def _done(self, running: "asyncio.Future[T]") -> None:
        self._free.release()
        if not running.cancelled():
            # whoever was to be told may be gone
            running.exception()

    def _refuse_when_closing(self) -> None:
        if self._closing:
            raise Stopping("The server is shutting down; nothing was stored.")
