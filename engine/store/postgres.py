"""The store in a PostgreSQL database that any number of processes use at once: a transaction of its own for each call.

A write that met another's is run again, a bounded number of times. Nothing is repeated once COMMIT was sent: where its
answer is lost, whether it was stored is not known, and the error says so. A database that is away is away for each
call that comes meanwhile; the process lives on, and the next call finds it when it is back.
"""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import DBAPIError

from engine.errors import BackupFailed, StoreAway, StoreBusy
from engine.ids import new_id
from engine.store.backup import USE_PG_DUMP
from engine.store.isolation import is_row_by_row
from engine.store.limits import StoreLimits
from engine.store.notices import Notices
from engine.store.postgres_address import address
from engine.store.postgres_engine import (
    Begin,
    breaks_constraint,
    driver,
    full,
    in_the_way,
    is_away,
    postgres_engine,
    said_by_postgres,
    too_long,
    was_idle,
)
from engine.store.postgres_start import prepare
from engine.store.postgres_watch import Watch
from engine.store.threads import ThreadLimits, Threads
from engine.store.weight import weight

P = ParamSpec("P")
T = TypeVar("T")

# a constraint that was in the way may be there for good
_TRIES_OF_CONSTRAINTS = 2
# the first may have found connections that were broken long ago
_TRIES_WHILE_AWAY = 2
_PAUSE = 0.001


class PostgresStore:
    """See `engine.store.database.Store`. `open` raises CannotStart."""

    shared = True

    def __init__(self, engine: Engine, listening_at: str, limits: StoreLimits) -> None:
        self._engine = engine
        self._listening_at = listening_at
        self._notices: Notices | None = None
        self._limits = limits
        self._writers = Threads(
            "write",
            ThreadLimits(limits.writers, limits.queue_operations, limits.queue_bytes, limits.queue_seconds),
        )
        self._readers = Threads(
            "read",
            ThreadLimits(limits.readers, limits.reads_waiting, limits.queue_bytes, limits.reads_waiting_seconds),
        )

        def begin(mode: str, seconds: float, *settings: str) -> Engine:
            return engine.execution_options(hookcell_begin=Begin.of(mode, seconds, limits, *settings))

        seconds = limits.statement_seconds
        self._alone = begin("ISOLATION LEVEL SERIALIZABLE", seconds)
        self._row_by_row = begin("ISOLATION LEVEL READ COMMITTED", seconds)
        self._soon = begin("ISOLATION LEVEL READ COMMITTED", seconds, "synchronous_commit = off")
        self._reading = begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", limits.read_seconds)
        self._watch = Watch()
        self._watching = asyncio.create_task(self._watch.keep_watching())
        self._closed = False

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        direct_url: str | None = None,
        limits: StoreLimits | None = None,
        must_exist: bool = False,
    ) -> "PostgresStore":
        """`direct_url` is the way to the server itself where `url` is a pooler's; `must_exist`: no tables are made
        where there are none."""
        limits = limits or StoreLimits()
        pooler = None if direct_url is None else url
        await asyncio.to_thread(prepare, direct_url or url, limits, pooler=pooler, must_exist=must_exist)
        engine = postgres_engine(address(url), limits, pooler=pooler is not None)
        return cls(engine, address(direct_url or url, name="hookcell-notices"), limits)

    async def write(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        engine = self._row_by_row if is_row_by_row(function) else self._alone
        return await self._write(engine, function, args, kwargs)

    async def write_soon(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._write(self._soon, function, args, kwargs)

    async def read(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        seconds = self._limits.read_seconds + self._limits.queue_seconds
        return await self._readers.run(partial(self._transact, self._reading, seconds, function, args, kwargs))

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._notices is not None:
            await self._notices.close()
        await self._readers.close()
        await self._writers.close()
        self._watching.cancel()
        self._engine.dispose()

    async def backup(self, target: Path) -> None:
        raise BackupFailed(USE_PG_DUMP)

    def queue_load(self) -> float:
        return self._writers.load()

    def tell(self) -> None:
        if self._notices is not None:
            self._notices.tell()

    def listen(self, told: Callable[[], None]) -> None:
        assert self._notices is None
        self._notices = Notices(self._listening_at, new_id(), self._watch, told)

    async def _write(
        self, engine: Engine, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> T:
        call = partial(self._transact, engine, self._limits.transaction_seconds, function, args, kwargs)
        return await self._writers.run(call, weight(call))

    # what follows runs in the threads

    def _transact(
        self,
        engine: Engine,
        seconds: float,
        function: Callable[..., T],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> T:
        end = time.monotonic() + seconds
        tries = 0
        while True:
            tries += 1
            try:
                return self._once(engine, end, function, args, kwargs)
            except StopIteration as error:
                raise RuntimeError("A store function let StopIteration out.") from error
            except (DBAPIError, psycopg.Error) as error:
                if is_away(error):
                    # what lies idle is broken, too, when the database went down
                    self._engine.dispose()
                if tries >= self._tries(error) or time.monotonic() >= end:
                    raise self._explained(error) from error
                # the others are at the same row: not all again at once
                time.sleep(random.uniform(0, _PAUSE * 2**tries))

    def _once(
        self,
        engine: Engine,
        end: float,
        function: Callable[..., T],
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> T:
        with engine.connect() as connection:
            raw = driver(connection)
            try:
                with self._watch.until(raw, end):
                    transaction = connection.begin()
                    try:
                        result = function(connection, *args, **kwargs)
                    except BaseException:
                        with suppress(DBAPIError, psycopg.Error):
                            transaction.rollback()
                        raise
                    _commit(transaction)
                    return result
            finally:
                if raw.closed:
                    connection.invalidate()

    def _tries(self, error: BaseException) -> int:
        if is_away(error):
            return _TRIES_WHILE_AWAY
        if breaks_constraint(error):
            return _TRIES_OF_CONSTRAINTS
        return self._limits.transaction_tries if in_the_way(error) else 1

    def _explained(self, error: BaseException) -> BaseException:
        if is_away(error):
            return StoreAway(f"The database is away ({said_by_postgres(error)}); nothing was stored.")
        if too_long(error):
            return StoreBusy("The database took too long; nothing was stored.")
        if in_the_way(error):
            return StoreBusy("Others changed the same all the time; nothing was stored.")
        if full(error):
            return StoreBusy("The database's disk is full; nothing was stored. Free some space.", retry_after=10)
        return error


def _commit(transaction: RootTransaction) -> None:
    try:
        transaction.commit()
    except (DBAPIError, psycopg.Error) as error:
        if is_away(error) and not was_idle(error):
            because = said_by_postgres(error)
            raise StoreAway(
                f"The database went away during a commit ({because}): whether it was stored is not known."
            ) from error
        raise
