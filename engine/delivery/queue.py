"""The queue is the deliveries table: each function is one transaction, and every one that ends an attempt is fenced.

`claim` gives a delivery to a worker under a new lease; whoever ends the attempt names both, and LeaseLost says that
somebody else has it by now: the transaction goes back, with all that was posted in it. Two counters: `attempts` ended
with an answer, an error or a timeout; `interruptions` with a worker's death. A drain counts as neither. All times are
by the database's clock.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, func, literal, literal_column, null, select, update

from engine.model.deliveries import Claim, DeliveryState
from engine.store.clock import database_ms
from engine.store.conflicts import insert_if_absent
from engine.store.deliveries import PENDING
from engine.store.events import delete_events_without_deliveries
from engine.store.schema import deliveries, processes, runs
from engine.store.statements import Statement

LEASE_MS = 10_000
MAX_INTERRUPTIONS = 3

# Written out, not bound: only so can the partial indexes be used.
_CLAIMED = deliveries.c.state == literal_column("'claimed'")
_RUNNING = runs.c.state == literal_column("'running'")


class LeaseLost(Exception):
    """The delivery is another worker's now, or nobody's: what was done must not be stored."""


@dataclass(frozen=True, slots=True)
class Look:
    """`due`: destinations with work to claim now; `next_ms`: until the earliest other one, None when nothing waits."""

    due: tuple[str, ...]
    next_ms: int | None


def look(connection: Connection) -> Look:
    """What waits, by one step of the index for each destination, however much each of them has."""
    heads = select(func.min(deliveries.c.destination).label("destination")).where(PENDING).cte("heads", recursive=True)
    following = (
        select(func.min(deliveries.c.destination))
        .where(PENDING, deliveries.c.destination > heads.c.destination)
        .scalar_subquery()
    )
    heads = heads.union_all(select(following).where(heads.c.destination.is_not(None)))
    earliest = (
        select(func.min(deliveries.c.due)).where(PENDING, deliveries.c.destination == heads.c.destination)
    ).scalar_subquery()
    statement = select(heads.c.destination, (earliest - database_ms()).label("wait")).where(
        heads.c.destination.is_not(None)
    )
    waits = connection.execute(statement).all()
    return Look(
        due=tuple(row.destination for row in waits if row.wait <= 0),
        next_ms=min((row.wait for row in waits if row.wait > 0), default=None),
    )


_due = (
    select(deliveries.c.seq)
    .where(PENDING, deliveries.c.destination == bindparam("wanted"), deliveries.c.due <= database_ms())
    .order_by(deliveries.c.due, deliveries.c.seq)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_claim = Statement(
    update(deliveries)
    .where(deliveries.c.seq.in_(_due), PENDING)
    .values(state="claimed", worker=bindparam("claimer"), lease=deliveries.c.lease + 1, updated_at=database_ms())
    .returning(deliveries.c.seq, deliveries.c.lease, deliveries.c.due)
)


def claim(connection: Connection, worker: str, wanted: Mapping[str, int]) -> list[Claim]:
    """At most the given number of due deliveries for each destination, the longest due first."""
    claims: list[Claim] = []
    for destination, most in wanted.items():
        rows = _claim.rows(connection, wanted=destination, most=most, claimer=worker)
        in_order = sorted(rows, key=lambda row: (row[2], row[0]))
        claims.extend(Claim(seq, worker, lease, destination) for seq, lease, _ in in_order)
    return claims


def store_prepared(connection: Connection, claim: Claim, request: bytes | None, trace: bytes) -> None:
    """What every attempt sends, before the first does. The claim stays. Raises LeaseLost."""
    size = len(request or b"") + len(trace)
    _end(connection, claim, state="claimed", prepared=True, request=request, trace=trace, size=size)


def finish(
    connection: Connection,
    claim: Claim,
    state: DeliveryState,
    *,
    attempts: int,
    request: bytes | None,
    trace: bytes,
    keep: bool,
) -> None:
    """Ends the delivery: `request` as history may show it; not kept, the row and its event go. Raises LeaseLost."""
    if keep:
        size = len(request or b"") + len(trace)
        _end(connection, claim, state=state, attempts=attempts, request=request, trace=trace, size=size, worker=None)
        return
    dropped = delete(deliveries).where(_fence(claim)).returning(deliveries.c.event_id)
    event_id = connection.execute(dropped).scalar_one_or_none()
    if event_id is None:
        raise LeaseLost
    delete_events_without_deliveries(connection, [event_id])


def reschedule(connection: Connection, claim: Claim, delay_ms: int, *, attempts: int, trace: bytes) -> None:
    """After an attempt that failed: due again in `delay_ms`. Raises LeaseLost."""
    size = func.coalesce(func.length(deliveries.c.request), 0) + len(trace)
    due = database_ms() + delay_ms
    _end(connection, claim, state="pending", attempts=attempts, due=due, trace=trace, size=size, worker=None)


def put_off(connection: Connection, claim: Claim, delay_ms: int) -> None:
    """Nothing was tried: due again in `delay_ms`, neither counter raised. Raises LeaseLost."""
    _end(connection, claim, state="pending", due=database_ms() + delay_ms, worker=None)


def interrupt(connection: Connection, claim: Claim, delay_ms: int) -> None:
    """The attempt ended in no way that it should: due again in `delay_ms`, or held. Raises LeaseLost."""
    _end(connection, claim, due=database_ms() + delay_ms, **_interrupted())


def hold(connection: Connection, claim: Claim, reason: str, *, attempts: int, trace: bytes) -> None:
    """Stopped and kept, until somebody releases it. Raises LeaseLost."""
    size = func.coalesce(func.length(deliveries.c.request), 0) + len(trace)
    _end(connection, claim, state="held", held_reason=reason, attempts=attempts, trace=trace, size=size, worker=None)


def release(connection: Connection, ids: Collection[str]) -> int:
    """Held deliveries, due now with their interruptions forgotten; how many there were."""
    statement = (
        update(deliveries)
        .where(deliveries.c.id.in_(ids), deliveries.c.state == "held")
        .values(state="pending", held_reason=None, interruptions=0, due=database_ms(), updated_at=database_ms())
    )
    return connection.execute(statement).rowcount


def give_back(connection: Connection, worker: str) -> int:
    """At the end of a drain: what the worker still has is due at once, neither counter raised; its own row goes."""
    statement = (
        update(deliveries)
        .where(_CLAIMED, deliveries.c.worker == worker)
        .values(state="pending", worker=None, due=database_ms(), updated_at=database_ms())
    )
    given_back = connection.execute(statement).rowcount
    connection.execute(delete(processes).where(processes.c.id == worker))
    return given_back


def renew(connection: Connection, worker: str) -> None:
    """Says that the worker lives. Work that was taken from it meanwhile stays taken."""
    renewed = update(processes).where(processes.c.id == worker).values(renewed_at=database_ms())
    if connection.execute(renewed).rowcount == 0:
        columns = ["id", "started_at", "renewed_at"]
        row = select(literal(worker), database_ms(), database_ms())
        connection.execute(insert_if_absent(connection, processes).from_select(columns, row))


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
        .where(_CLAIMED, deliveries.c.worker != worker, deliveries.c.worker.not_in(alive))
        .values(due=database_ms(), updated_at=database_ms(), **_interrupted())
    )
    interrupted = (
        update(runs)
        .where(_RUNNING, runs.c.worker != worker, runs.c.worker.not_in(alive))
        .values(state="interrupted", worker=None, updated_at=database_ms())
    )
    number = connection.execute(taken).rowcount
    connection.execute(interrupted)
    connection.execute(delete(processes).where(processes.c.id != worker, processes.c.id.not_in(alive)))
    return number


def _interrupted() -> dict[str, Any]:
    too_often = deliveries.c.interruptions + 1 >= MAX_INTERRUPTIONS
    return {
        "state": case((too_often, "held"), else_="pending"),
        "held_reason": case((too_often, "interrupted"), else_=null()),
        "interruptions": deliveries.c.interruptions + 1,
        "worker": None,
    }


def _fence(claim: Claim) -> Any:
    return and_(
        deliveries.c.seq == claim.seq,
        _CLAIMED,
        deliveries.c.worker == claim.worker,
        deliveries.c.lease == claim.lease,
    )


def _end(connection: Connection, claim: Claim, **values: Any) -> None:
    statement = update(deliveries).where(_fence(claim)).values(updated_at=database_ms(), **values)
    if connection.execute(statement).rowcount == 0:
        raise LeaseLost
