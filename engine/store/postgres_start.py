"""What a start does to a PostgreSQL database before anything else: is it one that we can use, and is its schema ours?

Several servers may start at once: one of them migrates, under a lock of the database, and the others find it done. A
process that dies meanwhile leaves the revision it was in undone, and its lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.errors import CannotStart
from engine.store.limits import StoreLimits
from engine.store.migrate import migrate
from engine.store.postgres_address import LISTEN, MAIN, address
from engine.store.postgres_engine import Begin, driver, postgres_engine, said_by_postgres, too_long

OLDEST_VERSION = 14
MIGRATION_SECONDS = 600
# "hookcell" in ASCII
_LOCK = int.from_bytes(b"hookcell", "big")
# a database of a server, whatever the way to it
_WHICH = (
    "SELECT current_database(), oid, pg_postmaster_start_time()::text FROM pg_database "
    "WHERE datname = current_database()"
)


def prepare(url: str, limits: StoreLimits, *, pooler: str | None = None, must_exist: bool = False) -> None:
    """Raises CannotStart. `url` is the server's own, as the lock belongs to the connection; `pooler` another way to it.

    `must_exist`: a database without our tables is refused, and left as it is.
    """
    setting = MAIN if pooler is None else LISTEN
    with _refusing(setting), psycopg.connect(address(url, setting=setting), autocommit=True) as raw:
        _check(raw, setting)
        if must_exist and raw.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            raise CannotStart(f"The database of {setting} has no tables of hookcell; name the one that has.")
        which = raw.execute(_WHICH).fetchone()
    if pooler is not None:
        # a pooler that has no place for one more says so now
        with _refusing(MAIN), psycopg.connect(address(pooler), autocommit=True, prepare_threshold=None) as raw:
            if raw.execute(_WHICH).fetchone() != which:
                raise CannotStart(
                    f"{MAIN} and {LISTEN} lead to different databases; the second has to be the first one's own "
                    "address, past the pooler."
                )
    begin = Begin(f"BEGIN; SET LOCAL statement_timeout = {MIGRATION_SECONDS * 1000}")
    engine = postgres_engine(address(url, setting=setting), limits, pooler=False)
    try:
        with _refusing(setting), engine.execution_options(hookcell_begin=begin).connect() as connection:
            _migrate(connection)
    finally:
        engine.dispose()


@contextmanager
def _refusing(setting: str) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        raise CannotStart(
            f"The database of {setting} cannot be used: {said_by_postgres(error)}. Is it there, and may that user make "
            "tables in it?"
        ) from error


def _check(raw: "psycopg.Connection[Any]", setting: str) -> None:
    encoding = raw.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise CannotStart(
            f"The database of {setting} keeps text as {encoding}; make one with: createdb --encoding=UTF8 "
            "--template=template0 NAME"
        )
    if raw.info.server_version < OLDEST_VERSION * 10_000:
        raise CannotStart(
            f"The database server is PostgreSQL {raw.info.server_version // 10_000}; hookcell needs "
            f"{OLDEST_VERSION} or later."
        )


def _migrate(connection: Connection) -> None:
    raw = driver(connection)
    raw.execute(f"SET lock_timeout = {MIGRATION_SECONDS * 1000}")
    try:
        raw.execute(f"SELECT pg_advisory_lock({_LOCK})")
    except psycopg.Error as error:
        if not too_long(error):
            raise
        raise CannotStart(
            f"Another process has been changing the database's schema for {MIGRATION_SECONDS} s; look what it does, or "
            "end it."
        ) from error
    # one that fails ends with its connection, and so does the lock: what it would say of the lock hides what failed
    migrate(connection)
    raw.execute(f"SELECT pg_advisory_unlock({_LOCK})")
