"""Reading: a few threads, each with a connection that cannot write, for at most a second a transaction.

A transaction sees one state of the database from its first statement to its end. It holds back the writer's
checkpoints for as long as it lives, which is why it is short; what is longer is read in pages by key.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from engine.errors import Stopping, StoreBusy
from engine.store.connections import driver, reader_engine, sqlite_code
from engine.store.limits import StoreLimits

# steps of SQLite's machine between two looks at the clock: well under a millisecond
_STEPS = 10_000


class Readers:
    def __init__(self, path: Path, limits: StoreLimits) -> None:
        self._limits = limits
        self._engine = reader_engine(path, limits)
        self._threads = ThreadPoolExecutor(limits.readers, thread_name_prefix="store-reader")
        self._free = asyncio.Semaphore(limits.readers)
        self._waiting = 0
        self._closing = False

    async def run(self, read: Callable[[Connection], object]) -> object:
        """Raises StoreBusy when too many wait, when none comes free in time, or when the read took too long."""
        self._refuse_when_closing()
        await self._wait()
        try:
            self._refuse_when_closing()
            running = asyncio.get_running_loop().run_in_executor(self._threads, self._run, read)
        except BaseException:
            self._free.release()
            raise
        # a waiter that is cancelled leaves its thread at work: the place is free when that ends, not before
        running.add_done_callback(lambda _: self._free.release())
        return await asyncio.shield(running)

    async def _wait(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        if self._waiting >= self._limits.reads_waiting:
            raise StoreBusy("Too many reads wait for the database.")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._limits.reads_waiting_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise StoreBusy(f"No reader came free within {self._limits.reads_waiting_seconds:g} s.") from None
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        self._closing = True
        for _ in range(self._limits.readers):
            await self._free.acquire()
        for _ in range(self._limits.readers):
            self._free.release()
        self._threads.shutdown()
        self._engine.dispose()

    def _refuse_when_closing(self) -> None:
        if self._closing:
            raise Stopping("The server is shutting down.")

    def _run(self, read: Callable[[Connection], object]) -> object:
        end = time.monotonic() + self._limits.read_seconds
        with self._engine.connect() as connection:
            raw = driver(connection)
            raw.set_progress_handler(lambda: time.monotonic() >= end, _STEPS)
            try:
                return read(connection)
            except OperationalError as error:
                if sqlite_code(error) == sqlite3.SQLITE_INTERRUPT:
                    raise StoreBusy(f"A read took longer than {self._limits.read_seconds:g} s.") from error
                raise
            except StopIteration as error:
                raise RuntimeError("A store function let StopIteration out.") from error
            finally:
                raw.set_progress_handler(None, 0)
