"""What the loop guard counts: runs that messages of integrations led to, by integration and room, over one minute.

Counted in the database, so that retries, restarts and other processes change nothing.
"""

from sqlalchemy import Connection, String, bindparam, delete, func, insert, literal_column, select

from engine.store.clock import database_ms
from engine.store.schema import guarded_runs
from engine.store.statements import Statement

MAX_RUNS = 30
WINDOW_MS = 60_000

_begin = database_ms() - literal_column(str(WINDOW_MS))
_one_by_one = Statement(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("order", type_=String), literal_column("0"))))
)
_forget = Statement(delete(guarded_runs).where(guarded_runs.c.at <= _begin))
_count = Statement(
    select(func.count()).where(guarded_runs.c.order_key == bindparam("order"), guarded_runs.c.at > _begin)
)
_insert = Statement(insert(guarded_runs).values(order_key=bindparam("order"), at=database_ms()))


def any_run_left(connection: Connection, order_key: str) -> bool:
    """What `count_run` would answer, and nothing is counted."""
    row = _count.row(connection, order=order_key)
    return row is None or row[0] < MAX_RUNS


def count_run(connection: Connection, order_key: str) -> bool:
    """False, and nothing is counted, when there were MAX_RUNS in the last minute."""
    if connection.dialect.name == "postgresql":
        # counted and inserted by one at a time
        _one_by_one.run(connection, order=order_key)
    _forget.run(connection)
    if not any_run_left(connection, order_key):
        return False
    _insert.run(connection, order=order_key)
    return True
