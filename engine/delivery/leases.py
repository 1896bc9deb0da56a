"""Who is alive, by rows that are renewed: what a dead process had is taken over, what a drained one had is given back.

A lease is dead after LEASE_MS by the database's clock. What is taken or given back is due as it was, and keeps its
place in its order.
"""

from sqlalchemy import Connection, delete, literal, literal_column, select, update

from engine.delivery.queue import CLAIMED, interrupted
from engine.store.clock import database_ms
from engine.store.conflicts import insert_if_absent
from engine.store.deliveries import PENDING
from engine.store.isolation import row_by_row
from engine.store.schema import deliveries, order_pauses, processes, runs
from engine.store.statements import Statement

LEASE_MS = 10_000
# no pause is made for longer
MAX_PAUSE_MS = 60_000

_RUNNING = runs.c.state == literal_column("'running'")
# what was written in the future was written before the clock went back
_BEFORE_THE_JUMP = deliveries.c.updated_at > database_ms() + literal_column("1000")
_ahead = Statement(select(deliveries.c.seq).where(_BEFORE_THE_JUMP).limit(1))


@row_by_row
def renew(connection: Connection, worker: str) -> None:
    """Says that the worker lives. Work that was taken from it meanwhile stays taken."""
    renewed = update(processes).where(processes.c.id == worker).values(renewed_at=database_ms())
    if connection.execute(renewed).rowcount == 0:
        columns = ["id", "started_at", "renewed_at"]
        row = select(literal(worker), database_ms(), database_ms())
        connection.execute(insert_if_absent(connection, processes).from_select(columns, row))


def is_first(connection: Connection, worker: str) -> bool:
    """Whether none that has a row is older: what one process should do for all is done by that one."""
    oldest = select(processes.c.id).order_by(processes.c.started_at, processes.c.id).limit(1)
    return connection.execute(oldest).scalar() == worker


@row_by_row
def reap(connection: Connection, worker: str, *, alone: bool) -> int:
    """Takes over from every other worker whose lease ran out, or from all others when this one is `alone`.

    Their deliveries are due at once, whatever the integration says about retries, or held when it was the third time;
    their incoming runs are interrupted. How many deliveries there were.
    """
    living = processes.c.id == worker
    if not alone:
        living = living | (processes.c.renewed_at >= database_ms() - LEASE_MS)
    alive = select(processes.c.id).where(living)
    taken = (
        update(deliveries)
        .where(CLAIMED, deliveries.c.worker != worker, deliveries.c.worker.not_in(alive))
        .values(updated_at=database_ms(), **interrupted())
    )
    stopped = (
        update(runs)
        .where(_RUNNING, runs.c.worker != worker, runs.c.worker.not_in(alive))
        .values(state="interrupted", worker=None, updated_at=database_ms())
    )
    number = connection.execute(taken).rowcount
    connection.execute(stopped)
    connection.execute(delete(processes).where(processes.c.id != worker, processes.c.id.not_in(alive)))
    return number


@row_by_row
def give_back(connection: Connection, worker: str) -> int:
    """At the end of a drain: what the worker still has is due at once, neither counter raised; its own row goes."""
    statement = (
        update(deliveries)
        .where(CLAIMED, deliveries.c.worker == worker)
        .values(state="pending", worker=None, updated_at=database_ms())
    )
    given_back = connection.execute(statement).rowcount
    connection.execute(delete(processes).where(processes.c.id == worker))
    return given_back


def clock_went_back(connection: Connection) -> bool:
    """Whether rows say that they were written later than now."""
    return _ahead.row(connection) is not None


@row_by_row
def follow_clock(connection: Connection) -> int:
    """After the database's clock went back: what waits does so as long as it was to; how many deliveries waited.

    A process that died just before it is found out as late as any other.
    """
    jump = deliveries.c.updated_at - database_ms()
    waiting = (
        update(deliveries)
        .where(PENDING, _BEFORE_THE_JUMP)
        .values(due=deliveries.c.due - jump, updated_at=database_ms())
    )
    number = connection.execute(waiting).rowcount
    ended = update(deliveries).where(_BEFORE_THE_JUMP).values(updated_at=database_ms())
    connection.execute(ended)
    connection.execute(delete(order_pauses).where(order_pauses.c.until > database_ms() + MAX_PAUSE_MS))
    future = processes.c.renewed_at > database_ms()
    connection.execute(update(processes).where(future).values(renewed_at=database_ms()))
    return number
