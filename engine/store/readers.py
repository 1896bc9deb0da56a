"""Reading: a few threads, each with a connection that cannot write, for at most a second a transaction.

A transaction sees one state of the database from its first statement to its end. It holds back the writer's
checkpoints for as long as it lives, which is why it is short; what is longer is read in pages by key.
"""

import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from engine.errors import StoreBusy
from engine.store.connections import driver, reader_engine, sqlite_code
from engine.store.limits import StoreLimits
from engine.store.threads import ThreadLimits, Threads

# steps of SQLite's machine between two looks at the clock: well under a millisecond
_STEPS = 10_000


class Readers:
    def __init__(self, path: Path, limits: StoreLimits) -> None:
        self._limits = limits
        self._engine = reader_engine(path, limits)
        # what is read weighs nothing before it is there
        waiting = ThreadLimits(limits.readers, limits.reads_waiting, limits.queue_bytes, limits.reads_waiting_seconds)
        self._threads = Threads("read", waiting)

    async def run(self, read: Callable[[Connection], object]) -> object:
        """Raises StoreBusy when too many wait, when none comes free in time, or when the read took too long."""
        return await self._threads.run(partial(self._run, read))

    async def close(self) -> None:
        await self._threads.close()
        self._engine.dispose()

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
