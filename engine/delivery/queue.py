"""The queue is the deliveries table: each function is one transaction, and every one that ends an attempt is fenced.

`claim` gives a delivery to a worker under a new lease; whoever ends the attempt names both, and LeaseLost says that
somebody else has it by now: the transaction goes back, with all that was posted in it. Two counters: `attempts` ended
with an answer, an error or a timeout; `interruptions` with a worker's death. A drain counts as neither. All times are
by the database's clock.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    LargeBinary,
    bindparam,
    case,
    delete,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    update,
)

from engine.model.deliveries import Claim, DeliveryState
from engine.store.clock import database_ms
from engine.store.conflicts import insert_if_absent
from engine.store.deliveries import PENDING, delete_deliveries
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


def _looking() -> Statement:
    heads = select(func.min(deliveries.c.destination).label("destination")).where(PENDING).cte("heads", recursive=True)
    following = (
        select(func.min(deliveries.c.destination))
        .where(PENDING, deliveries.c.destination > heads.c.destination)
        .scalar_subquery()
    )
    heads = heads.union_all(select(following).where(heads.c.destination.is_not(None)))
    earliest = select(func.min(deliveries.c.due)).where(PENDING, deliveries.c.destination == heads.c.destination)
    wait = (earliest.scalar_subquery() - database_ms()).label("wait")
    return Statement(select(heads.c.destination, wait).where(heads.c.destination.is_not(None)))


_look = _looking()


def look(connection: Connection) -> Look:
    """What waits, by one step of the index for each destination, however much each of them has."""
    waits = _look.rows(connection)
    return Look(
        due=tuple(destination for destination, wait in waits if wait <= 0),
        next_ms=min((wait for _, wait in waits if wait > 0), default=None),
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


def _ending(**values: Any) -> Statement:
    """Ends or changes what the claim holds, if it still does."""
    fence = (
        deliveries.c.seq == bindparam("held"),
        _CLAIMED,
        deliveries.c.worker == bindparam("holder"),
        deliveries.c.lease == bindparam("under"),
    )
    return Statement(update(deliveries).where(*fence).values(updated_at=database_ms(), **values))


def _interrupted() -> dict[str, Any]:
    too_often = deliveries.c.interruptions + 1 >= MAX_INTERRUPTIONS
    return {
        "state": case((too_often, "held"), else_="pending"),
        "held_reason": case((too_often, "interrupted"), else_=null()),
        "interruptions": deliveries.c.interruptions + 1,
        "worker": None,
    }


_traced = {
    "trace": bindparam("new_trace", type_=LargeBinary),
    "size": func.coalesce(func.length(deliveries.c.request), 0) + bindparam("trace_size"),
}
_again = {"state": "pending", "worker": null(), "due": database_ms() + bindparam("delay")}
_prepare = _ending(
    prepared=true(),
    request=bindparam("new_request", type_=LargeBinary),
    trace=bindparam("new_trace", type_=LargeBinary),
    size=bindparam("new_size"),
)
_finish = _ending(
    state=bindparam("ended"),
    attempts=bindparam("tried"),
    worker=null(),
    request=bindparam("new_request", type_=LargeBinary),
    trace=bindparam("new_trace", type_=LargeBinary),
    size=bindparam("new_size"),
)
_reschedule = _ending(attempts=bindparam("tried"), **_again, **_traced)
_put_off = _ending(**_again)
_interrupt = _ending(due=database_ms() + bindparam("delay"), **_interrupted())
_hold = _ending(state="held", worker=null(), held_reason=bindparam("reason"), attempts=bindparam("tried"), **_traced)


def store_prepared(connection: Connection, claim: Claim, request: bytes, trace: bytes) -> None:
    """What every attempt sends, before the first does. The claim stays. Raises LeaseLost."""
    _end(connection, _prepare, claim, new_request=request, new_trace=trace, new_size=len(request) + len(trace))


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
    size = len(request or b"") + len(trace)
    ended: dict[str, object] = {"ended": state, "tried": attempts, "new_request": request}
    _end(connection, _finish, claim, **ended, new_trace=trace, new_size=size)
    if not keep:
        delete_deliveries(connection, select(deliveries.c.seq).where(deliveries.c.seq == claim.seq))


def reschedule(connection: Connection, claim: Claim, delay_ms: int, *, attempts: int, trace: bytes) -> None:
    """After an attempt that failed: due again in `delay_ms`. Raises LeaseLost."""
    _end(connection, _reschedule, claim, delay=delay_ms, tried=attempts, new_trace=trace, trace_size=len(trace))


def put_off(connection: Connection, claim: Claim, delay_ms: int) -> None:
    """Nothing was tried: due again in `delay_ms`, neither counter raised. Raises LeaseLost."""
    _end(connection, _put_off, claim, delay=delay_ms)


def hold(connection: Connection, claim: Claim, reason: str, *, attempts: int, trace: bytes) -> None:
    """Stopped and kept, until somebody releases it. Raises LeaseLost."""
    _end(connection, _hold, claim, reason=reason, tried=attempts, new_trace=trace, trace_size=len(trace))


def interrupt(connection: Connection, claim: Claim, delay_ms: int) -> None:
    """The attempt ended in no way that it should: due again in `delay_ms`, or held. Raises LeaseLost."""
    _end(connection, _interrupt, claim, delay=delay_ms)


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


def _end(connection: Connection, ending: Statement, claim: Claim, **values: object) -> None:
    if ending.run(connection, held=claim.seq, holder=claim.worker, under=claim.lease, **values) == 0:
        raise LeaseLost
