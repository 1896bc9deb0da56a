"""How a SQLite file is opened: one writer, readers that cannot write.

pysqlite's own transaction handling is off (`isolation_level=None`) and a listener begins each transaction: left to
itself it would open none before a savepoint, and every savepoint's release would be a commit of its own.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from engine.errors import CannotStart
from engine.json_text import json_text as json_text
from engine.json_text import json_value as json_value
from engine.store.limits import StoreLimits

# After these nobody can say what is on the disk: only a new process, which reads it again, can.
_LOST = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_WAL_BYTES_KEPT = 64 * 1024 * 1024


def writer_engine(path: Path, limits: StoreLimits) -> Engine:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None, timeout=limits.busy_seconds)

    return _engine(connect, "BEGIN IMMEDIATE", NullPool)


def reader_engine(path: Path, limits: StoreLimits) -> Engine:
    def connect() -> sqlite3.Connection:
        # one thread at a time, but not always the same one
        return connect_read_only(path, limits.busy_seconds, check_same_thread=False)

    return _engine(connect, "BEGIN", QueuePool, pool_size=limits.readers, max_overflow=0)


def connect_read_only(path: Path, busy_seconds: float, *, check_same_thread: bool = True) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        timeout=busy_seconds,
        check_same_thread=check_same_thread,
    )


def prepare_file(connection: Connection) -> None:
    """Sets what the file keeps, in the only order that works: `auto_vacuum` before WAL, both before a table."""
    raw = driver(connection)
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    if pages == 0:
        raw.execute("PRAGMA auto_vacuum = INCREMENTAL")
    (mode,) = raw.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise CannotStart(
            f"SQLite cannot keep a write-ahead log where the data folder is (journal mode {mode!r}); "
            "put the folder on a local disk with HOOKCELL_DATA."
        )
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES_KEPT}")
    raw.execute("PRAGMA analysis_limit = 400")


def driver(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def sqlite_code(error: BaseException) -> int | None:
    """SQLite's primary result code, from SQLAlchemy's error or the driver's; None for any other error."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None) if isinstance(original, sqlite3.Error) else None
    return None if code is None else code & 0xFF


def said_by_sqlite(error: BaseException) -> str:
    """The message without the statement that SQLAlchemy adds to it."""
    return str(error.orig if isinstance(error, DBAPIError) else error)


def is_lost(error: BaseException) -> bool:
    return sqlite_code(error) in _LOST


def _engine(
    connect: Callable[[], sqlite3.Connection], begin: str, poolclass: type[NullPool] | type[QueuePool], **pool: int
) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=poolclass,
        # what is bound may be a secret, and an error ends in the log
        hide_parameters=True,
        json_serializer=json_text,
        json_deserializer=json_value,
        **pool,
    )

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        driver(connection).execute(begin)

    return engine
