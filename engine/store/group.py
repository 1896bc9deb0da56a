"""Several operations, one transaction, one fsync; each as if it were alone.

An operation runs between a savepoint and its release, so that its exception takes back its own work and no other's.
On a full disk SQLite takes back the whole transaction by itself and goes on without one: whoever then believed in the
others' work would confirm what is not on the disk. So after each operation SQLite is asked whether the transaction is
still there; when it is not, the others run again, each alone. No outcome counts before the COMMIT it belongs to.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.errors import StoreBusy
from engine.store.connections import driver, is_lost, sqlite_code


@dataclass(eq=False, slots=True)
class Operation:
    """`size` is in bytes, `deadline` on the monotonic clock; `result` or `error` is the outcome once committed.

    One that is not `durable` may be answered before the disk has it.
    """

    run: Callable[[Connection], object]
    future: "asyncio.Future[object]"
    size: int
    deadline: float
    durable: bool = True
    result: object = None
    error: BaseException | None = None


class _RolledBack(Exception):
    """The transaction is gone: by the `culprit`'s doing, or, None, while it was being committed."""

    def __init__(self, culprit: Operation | None, cause: BaseException | None) -> None:
        super().__init__()
        self.culprit = culprit
        self.cause = cause


def run_group(connection: Connection, operations: Iterable[Operation], taken: list[Operation]) -> None:
    """Runs what `operations` yields and commits it; all that it took is in `taken`, each with its final outcome.

    An error that comes out of here instead of an outcome is either from BEGIN (`taken` is empty) or means that the
    database is lost.
    """
    try:
        _transaction(connection, operations, taken)
    except _RolledBack as group:
        for operation in taken:
            if operation is group.culprit:
                continue
            operation.result = operation.error = None
            try:
                _transaction(connection, (operation,), [])
            except _RolledBack as alone:
                operation.error = _explained(alone.cause)


def _transaction(connection: Connection, operations: Iterable[Operation], taken: list[Operation]) -> None:
    raw = driver(connection)
    transaction = connection.begin()
    try:
        for operation in operations:
            taken.append(operation)
            _attempt(connection, raw, operation)
            if not raw.in_transaction:
                raise _RolledBack(operation, operation.error)
        try:
            transaction.commit()
        except Exception as error:
            if is_lost(error):
                raise
            raise _RolledBack(None, error) from error
    finally:
        # SQLAlchemy's idea of the transaction first, then SQLite's: they differ after a COMMIT that failed
        with suppress(sqlite3.Error):
            transaction.close()
            if raw.in_transaction:
                raw.execute("ROLLBACK")


def _attempt(connection: Connection, raw: sqlite3.Connection, operation: Operation) -> None:
    raw.execute("SAVEPOINT operation")
    try:
        operation.result = operation.run(connection)
        raw.execute("RELEASE operation")
    except Exception as error:
        if is_lost(error):
            raise
        operation.result = None
        operation.error = _explained(error)
        if raw.in_transaction:
            raw.execute("ROLLBACK TO operation")
            raw.execute("RELEASE operation")


def _explained(error: BaseException | None) -> BaseException:
    if error is None:
        return StoreBusy("The database took the transaction back; nothing was stored.")
    if sqlite_code(error) == sqlite3.SQLITE_FULL:
        busy = StoreBusy("The database's disk is full; nothing was stored. Free some space.", retry_after=10)
        busy.__cause__ = error
        return busy
    return error
