"""What a start does to a PostgreSQL database before anything else: is it one that we can use, and is its schema ours?

Several servers may start at once: one of them migrates, under a lock of the database, and the others find it done. A
process that dies meanwhile leaves the revision it was in undone, and its lock.
"""

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from engine.errors import CannotStart
from engine.store.limits import StoreLimits
from engine.store.migrate import migrate
from engine.store.postgres_engine import Begin, driver, postgres_engine, said_by_postgres, too_long

OLDEST_VERSION = 14
MIGRATION_SECONDS = 600
# "hookcell" in ASCII
_LOCK = int.from_bytes(b"hookcell", "big")


def prepare(url: str, limits: StoreLimits) -> None:
    """Raises CannotStart. `url` must not be a pooler's: the lock belongs to the connection."""
    begin = Begin(f"BEGIN; SET LOCAL statement_timeout = {MIGRATION_SECONDS * 1000}")
    engine = postgres_engine(url, limits, pooler=False).execution_options(hookcell_begin=begin)
    try:
        with engine.connect() as connection:
            _check(connection)
            _migrate(connection)
    except (DBAPIError, psycopg.Error) as error:
        raise CannotStart(
            f"The database of HOOKCELL_DATABASE_URL cannot be used: {said_by_postgres(error)}. Is it there, and may "
            "that user make tables in it?"
        ) from error
    finally:
        engine.dispose()


def _check(connection: Connection) -> None:
    raw = driver(connection)
    encoding = raw.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise CannotStart(
            f"The database of HOOKCELL_DATABASE_URL keeps text as {encoding}; make one with: createdb --encoding=UTF8 "
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
    try:
        migrate(connection)
    finally:
        if not raw.closed:
            raw.execute(f"SELECT pg_advisory_unlock({_LOCK})")
