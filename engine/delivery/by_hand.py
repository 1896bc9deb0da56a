"""What people do to deliveries, as store functions: sent now, released, dropped.

Each leaves alone what is not in the state for it any more: being worked, ended, gone. A lease that has changed since
the row was read means that it was worked in between.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, case, select, update

from engine.model.deliveries import Standing
from engine.store.clock import database_ms
from engine.store.deliveries import PENDING, delete_deliveries
from engine.store.schema import deliveries


@dataclass(frozen=True, slots=True)
class Dropped:
    """A delivery as it was read, with its request and trace as history may show them; not kept, the row goes."""

    was: Standing
    request: bytes | None
    trace: bytes
    keep: bool


def send_now(connection: Connection, seqs: Collection[int]) -> int:
    """Those that wait for a retry are due now; how many."""
    later = deliveries.c.due > database_ms()
    statement = update(deliveries).where(deliveries.c.seq.in_(seqs), PENDING, later)
    return connection.execute(statement.values(due=database_ms(), waiting=False, updated_at=database_ms())).rowcount


def release(connection: Connection, seqs: Collection[int]) -> int:
    """Held ones are due now with their interruptions forgotten; what was never tried keeps its place. How many."""
    held = deliveries.c.seq.in_(seqs), deliveries.c.state == "held"
    in_place = and_(deliveries.c.attempts == 0, deliveries.c.due < database_ms())
    due = case((in_place, deliveries.c.due), else_=database_ms())
    values = {"state": "pending", "held_reason": None, "interruptions": 0, "due": due, "waiting": False}
    return connection.execute(update(deliveries).where(*held).values(updated_at=database_ms(), **values)).rowcount


def drop(connection: Connection, dropped: Sequence[Dropped]) -> int:
    """Ends what waits or is held; how many."""
    number = 0
    for one in dropped:
        seq = deliveries.c.seq == one.was.seq
        as_read = seq, deliveries.c.lease == one.was.lease, deliveries.c.state.in_(["pending", "held"])
        size = len(one.request or b"") + len(one.trace)
        values = {"state": "finished", "request": one.request, "trace": one.trace, "size": size}
        statement = update(deliveries).where(*as_read).values(held_reason=None, updated_at=database_ms(), **values)
        if connection.execute(statement).rowcount:
            number += 1
            if not one.keep:
                delete_deliveries(connection, select(deliveries.c.seq).where(seq))
    return number
