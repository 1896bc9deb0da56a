"""The store in one SQLite file, `DATA/hookcell.db`: one writer, a few readers, one process."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.errors import CannotStart, StoreLost
from engine.store.backup import backup
from engine.store.connections import driver, is_lost, prepare_file, said_by_sqlite, writer_engine
from engine.store.limits import StoreLimits
from engine.store.lock import DataLock
from engine.store.migrate import migrate
from engine.store.readers import Readers
from engine.store.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

FILE_NAME = "hookcell.db"


class SqliteStore:
    """See `engine.store.database.Store`. `open` raises CannotStart."""

    shared = False

    def __init__(
        self, path: Path, lock: DataLock, limits: StoreLimits, on_lost: Callable[[StoreLost], None] | None
    ) -> None:
        self._path = path
        self._lock = lock
        self._on_lost = on_lost
        self._lost: StoreLost | None = None
        self._writer = Writer(path.parent, limits, self._lose)
        self._readers = Readers(path, limits)
        self._closed = False

    @classmethod
    async def open(
        cls,
        data: Path,
        *,
        limits: StoreLimits | None = None,
        on_lost: Callable[[StoreLost], None] | None = None,
    ) -> "SqliteStore":
        limits = limits or StoreLimits()
        path = data / FILE_NAME
        lock = await asyncio.to_thread(DataLock, data)
        try:
            store = cls(path, lock, limits, on_lost)
            await store._writer.open(partial(_connect, path, limits))
        except BaseException:
            lock.release()
            raise
        return store

    async def write(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if self._lost is not None:
            raise StoreLost(str(self._lost))
        return cast(T, await self._writer.submit(_call(function, args, kwargs)))

    async def write_soon(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self._lost is not None:
            raise StoreLost(str(self._lost))
        return cast(T, await self._writer.submit(_call(function, args, kwargs), durable=False))

    async def read(self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if self._lost is not None:
            raise StoreLost(str(self._lost))
        try:
            return cast(T, await self._readers.run(_call(function, args, kwargs)))
        except Exception as error:
            if not is_lost(error):
                raise
            self._lose(error)
            raise StoreLost(str(self._lost)) from error

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        # readers first: while one is open the log cannot be emptied
        await self._readers.close()
        await self._writer.close()
        self._lock.release()

    async def backup(self, target: Path) -> None:
        await asyncio.to_thread(backup, self._path, target)

    def queue_load(self) -> float:
        return self._writer.load()

    def tell(self) -> None:
        """There is nobody else."""

    def listen(self, told: Callable[[], None]) -> None:
        """There is nobody else."""

    def _lose(self, error: BaseException) -> None:
        if self._lost is not None:
            return
        self._lost = StoreLost(
            f"The database {self._path} failed ({said_by_sqlite(error)}); look at the disk before the next start."
        )
        self._lost.__cause__ = error
        if self._on_lost is not None:
            self._on_lost(self._lost)


def _connect(path: Path, limits: StoreLimits) -> Connection:
    try:
        # what SQLite puts beside the file is as private as the file is
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise CannotStart(f"The database {path} cannot be opened: {error.strerror}.") from error
    connection = writer_engine(path, limits).connect()
    try:
        prepare_file(connection)
        # a revision that makes a table anew drops the old one, and with foreign keys on that would empty others
        migrate(connection)
        driver(connection).execute("PRAGMA foreign_keys = ON")
    except (sqlite3.Error, DBAPIError) as error:
        connection.close()
        raise CannotStart(
            f"The database {path} cannot be opened ({said_by_sqlite(error)}). If another program has it "
            "open, end that one; if the file is damaged, put a backup in its place."
        ) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _call(
    function: Callable[Concatenate[Connection, P], T], args: tuple[object, ...], kwargs: dict[str, object]
) -> Callable[[Connection], object]:
    # partial puts arguments first, where the connection belongs
    return partial(_swapped, function, args, kwargs)


def _swapped(
    function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object], connection: Connection
) -> object:
    return function(connection, *args, **kwargs)
