"""How PostgreSQL is connected to: transactions that bound themselves, and what its errors mean.

The driver opens no transaction; a listener begins each with one message that also says how long it may take, so a
connection carries nothing from one transaction to the next and a pooler may stand in between. That BEGIN is the ping:
where it fails, nothing was done, and another connection is tried.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.adapt import PyFormat
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from engine.store.connections import json_text, json_value
from engine.store.limits import StoreLimits

_IN_THE_WAY = frozenset({"40001", "40P01"})
# a row that was found, or looked for in vain, may have gone or come before the statement that relied on it
_CONSTRAINTS = frozenset({"23505", "23503"})
_TOO_LONG = frozenset({"57014", "55P03"})
# the server is going down, starting, or has no place for one more
_IDLE = "25P03"
_AWAY = frozenset({_IDLE, "57P01", "57P02", "57P03", "57P05", "53300", "08000", "08003", "08006"})
_FULL = frozenset({"53100", "53200"})


@dataclass(frozen=True, slots=True)
class Begin:
    """What opens a transaction of its kind."""

    statement: str

    @classmethod
    def of(cls, mode: str, seconds: float, limits: StoreLimits, *settings: str) -> "Begin":
        bounds = (
            f"statement_timeout = {int(seconds * 1000)}",
            f"lock_timeout = {int(limits.lock_seconds * 1000)}",
            # one whose process was stopped lets go of its rows
            f"idle_in_transaction_session_timeout = {int(limits.idle_seconds * 1000)}",
        )
        return cls("; ".join([f"BEGIN {mode}", *(f"SET LOCAL {setting}" for setting in (*bounds, *settings))]))


class _WithoutNul(StrDumperUnknown):
    """PostgreSQL's text holds no NUL: one that a sender or a script put there becomes the replacement character."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


def postgres_engine(address: str, limits: StoreLimits, *, pooler: bool) -> Engine:
    """`address` is one of `postgres_address`; `pooler`: no statement is prepared, for the next one may reach another
    server process."""
    engine = create_engine(
        "postgresql+psycopg://",
        connect_args={"autocommit": True, "prepare_threshold": None if pooler else 5},
        pool_size=limits.writers + limits.readers,
        max_overflow=0,
        pool_timeout=limits.queue_seconds,
        # what is bound may be a secret, and an error ends in the log
        hide_parameters=True,
        use_native_hstore=False,
        # an insert's would be gone with its cursor
        execution_options={"preserve_rowcount": True},
        json_serializer=json_text,
        json_deserializer=json_value,
    )

    @event.listens_for(engine, "do_connect")
    def _(_dialect: object, _record: object, arguments: list[object], _options: object) -> None:
        # SQLAlchemy would read it by other rules than the driver
        arguments[:] = [address]

    @event.listens_for(engine, "connect")
    def _(raw: "psycopg.Connection[Any]", _record: object) -> None:
        raw.adapters.register_dumper(str, _WithoutNul)
        assert raw.adapters.get_dumper(str, PyFormat.AUTO) is _WithoutNul

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        begin: Begin = connection.get_execution_options()["hookcell_begin"]
        driver(connection).execute(begin.statement)

    return engine


def driver(connection: Connection) -> "psycopg.Connection[Any]":
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    return raw


def _state(error: BaseException) -> str | None:
    original = error.orig if isinstance(error, DBAPIError) else error
    return original.sqlstate if isinstance(original, psycopg.Error) else None


def in_the_way(error: BaseException) -> bool:
    """Whether another's write was, so that the same again may succeed."""
    return _state(error) in _IN_THE_WAY


def breaks_constraint(error: BaseException) -> bool:
    """Whether a row was there, or was not; which another's write may have brought about, or the caller."""
    return _state(error) in _CONSTRAINTS


def was_idle(error: BaseException) -> bool:
    """Whether the server took the transaction back because its process stood still."""
    return _state(error) == _IDLE


def too_long(error: BaseException) -> bool:
    """Whether it took longer than it may, or waited so long for a lock."""
    return _state(error) in _TOO_LONG


def full(error: BaseException) -> bool:
    return _state(error) in _FULL


def is_away(error: BaseException) -> bool:
    """Whether the database, or the way to it, failed: nobody can say more, and another connection may do."""
    original = error.orig if isinstance(error, DBAPIError) else error
    state = _state(error)
    return state in _AWAY or (state is None and isinstance(original, psycopg.OperationalError))


def said_by_postgres(error: BaseException) -> str:
    """The first line, without the statement that SQLAlchemy adds to it."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return str(original).strip().partition("\n")[0] or type(original).__name__
