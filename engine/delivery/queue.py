"""The queue is the deliveries table: each function is one transaction, and every one that ends an attempt is fenced.

`claim` gives a delivery to a worker under a new lease; whoever ends the attempt names both, and LeaseLost says that
somebody else has it by now: the transaction goes back, with all that was posted in it. Two counters: `attempts` ended
with an answer, an error or a timeout; `interruptions` with a worker's death. A drain counts as neither. First attempts
of one order are claimed in the order of their events: one that is put off keeps its place, and those behind it wait.
What is due later is `waiting`, in an index of its own, and costs a look nothing until `ripen` finds that its time has
come. All times are by the database's clock.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    LargeBinary,
    and_,
    any_,
    bindparam,
    case,
    delete,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from engine.model.deliveries import Claim, DeliveryState
from engine.store.clock import database_ms
from engine.store.deliveries import PENDING, delete_deliveries
from engine.store.isolation import row_by_row
from engine.store.schema import deliveries, order_pauses
from engine.store.statements import Statement

MAX_INTERRUPTIONS = 3
# of those whose time has come, at once: after a long stop there may be many
MAX_RIPENED = 200

# Written out, not bound: only so can the partial indexes be used.
CLAIMED = deliveries.c.state == literal_column("'claimed'")
_READY = and_(PENDING, ~deliveries.c.waiting)
_WAITING = and_(PENDING, deliveries.c.waiting)
# Retries may be overtaken and overtake.
_RETRY = deliveries.c.attempts > literal_column("0")
_PAUSED = (
    select(order_pauses.c.until)
    .where(order_pauses.c.order_key == deliveries.c.order_key, order_pauses.c.until > database_ms())
    .exists()
)


class LeaseLost(Exception):
    """The delivery is another worker's now, or nobody's: what was done must not be stored."""


@dataclass(frozen=True, slots=True)
class Look:
    """`due`: destinations with work to claim now; `next_ms`: until the earliest other one, None when nothing waits."""

    due: tuple[str, ...]
    next_ms: int | None


def _without(number: int) -> tuple[ColumnElement[bool], ...]:
    """Not of so many integrations, whose ids are bound."""
    return tuple(deliveries.c.integration_id != bindparam(f"full_{one}") for one in range(number))


def _bound(full: Collection[str]) -> dict[str, object]:
    return {f"full_{one}": integration_id for one, integration_id in enumerate(full)}


@lru_cache
def _looking(full: int) -> Statement:
    heads = select(func.min(deliveries.c.destination).label("destination")).where(_READY).cte("heads", recursive=True)
    following = (
        select(func.min(deliveries.c.destination))
        .where(_READY, deliveries.c.destination > heads.c.destination)
        .scalar_subquery()
    )
    heads = heads.union_all(select(following).where(heads.c.destination.is_not(None)))
    earliest = select(func.min(deliveries.c.due)).where(
        _READY, deliveries.c.destination == heads.c.destination, or_(_RETRY, ~_PAUSED), *_without(full)
    )
    wait = (earliest.scalar_subquery() - database_ms()).label("wait")
    return Statement(select(heads.c.destination, wait).where(heads.c.destination.is_not(None)))


_come = (_WAITING, deliveries.c.due <= database_ms())
_ripe = Statement(select(deliveries.c.destination).where(*_come).order_by(deliveries.c.due).limit(literal(MAX_RIPENED)))
_later = Statement(select(func.min(deliveries.c.due) - database_ms()).where(_WAITING, deliveries.c.due > database_ms()))
_pauses = Statement(select(func.min(order_pauses.c.until) - database_ms()).where(order_pauses.c.until > database_ms()))


def look(connection: Connection, full: Collection[str] = ()) -> Look:
    """What waits, but for integrations that are `full`: a step of the index for each destination that has something
    due, however much it has, and one for all that is due later."""
    waits = [row for row in _looking(len(full)).rows(connection, **_bound(full)) if row[1] is not None]
    due = {destination for destination, wait in waits if wait <= 0}
    due.update(destination for (destination,) in _ripe.rows(connection))
    later = [wait for (wait,) in (*_later.rows(connection), *_pauses.rows(connection)) if wait is not None]
    # one that is ready is due later when the clock went back
    later += [wait for _, wait in waits if wait > 0]
    return Look(tuple(sorted(due)), min(later, default=None))


_now_ripe = (
    select(deliveries.c.seq)
    .where(*_come)
    .order_by(deliveries.c.due)
    .limit(literal(MAX_RIPENED))
    .with_for_update(skip_locked=True)
    .cte("now_ripe")
)
_ripen = Statement(
    update(deliveries).where(deliveries.c.seq.in_(select(_now_ripe.c.seq)), _WAITING).values(waiting=false())
)


@row_by_row
def ripen(connection: Connection) -> None:
    """Lets what waited until now be claimed, at most MAX_RIPENED, the longest due first."""
    _ripen.run(connection)


_ahead = deliveries.alias("ahead")
# one of the same order that another process has and may not have begun yet
_ELSEWHERE = (
    select(_ahead.c.seq)
    .where(
        _ahead.c.state == literal_column("'claimed'"),
        _ahead.c.order_key == deliveries.c.order_key,
        _ahead.c.destination == deliveries.c.destination,
        _ahead.c.worker != bindparam("claimer"),
        _ahead.c.attempts == literal_column("0"),
    )
    .exists()
)


@lru_cache
def _claiming(full: int) -> Statement:
    due = (
        select(deliveries.c.seq)
        .where(
            _READY,
            deliveries.c.destination == bindparam("wanted"),
            deliveries.c.due <= database_ms(),
            *_without(full),
            or_(_RETRY, ~_PAUSED & ~_ELSEWHERE),
        )
        .order_by(deliveries.c.due, deliveries.c.seq)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        # not a plain subquery: PostgreSQL may run that once a row, each time past the limit
        .cte("due_now")
    )
    return Statement(
        update(deliveries)
        .where(deliveries.c.seq.in_(select(due.c.seq)), PENDING)
        .values(state="claimed", worker=bindparam("claimer"), lease=deliveries.c.lease + 1, updated_at=database_ms())
        .returning(deliveries.c.seq, deliveries.c.lease, deliveries.c.due, deliveries.c.integration_id)
    )


@row_by_row
def claim(connection: Connection, worker: str, wanted: Mapping[str, int], full: Collection[str] = ()) -> list[Claim]:
    """At most the given number of due deliveries for each destination, the longest due first; none of integrations
    that are `full`."""
    claims: list[Claim] = []
    for destination, most in wanted.items():
        values = {"wanted": destination, "most": most, "claimer": worker, **_bound(full)}
        rows = _claiming(len(full)).rows(connection, **values)
        in_order = sorted(rows, key=lambda row: (row[2], row[0]))
        claims.extend(Claim(seq, worker, lease, destination, integration) for seq, lease, _, integration in in_order)
    return _in_their_order(connection, worker, claims) if claims else []


# one that came before, and that somebody else may be claiming at this moment
_BEFORE = (
    select(_ahead.c.seq)
    .where(
        _ahead.c.order_key == deliveries.c.order_key,
        _ahead.c.destination == deliveries.c.destination,
        _ahead.c.seq < deliveries.c.seq,
        _ahead.c.attempts == literal_column("0"),
        or_(
            _ahead.c.state == literal_column("'pending'"),
            and_(_ahead.c.state == literal_column("'claimed'"), _ahead.c.worker != bindparam("claimer")),
        ),
    )
    .exists()
)
_leave = Statement(
    update(deliveries)
    .where(
        CLAIMED,
        deliveries.c.worker == bindparam("claimer"),
        deliveries.c.seq == any_(bindparam("taken", type_=postgresql.ARRAY(BigInteger))),
        ~_RETRY,
        _BEFORE,
    )
    .values(state="pending", worker=null())
    .returning(deliveries.c.seq)
)


def _in_their_order(connection: Connection, worker: str, claims: list[Claim]) -> list[Claim]:
    """Leaves what may not begin yet. A row that another process was claiming was passed over, and those behind it not:
    only a look after the claim, at rows that are locked by then, sees which they are."""
    if connection.dialect.name == "sqlite":
        return claims
    left = {seq for (seq,) in _leave.rows(connection, claimer=worker, taken=[claim.seq for claim in claims])}
    return [claim for claim in claims if claim.seq not in left]


def _ending(**values: Any) -> Statement:
    """Ends or changes what the claim holds, if it still does."""
    fence = (
        deliveries.c.seq == bindparam("held"),
        CLAIMED,
        deliveries.c.worker == bindparam("holder"),
        deliveries.c.lease == bindparam("under"),
    )
    return Statement(update(deliveries).where(*fence).values(updated_at=database_ms(), **values))


def interrupted() -> dict[str, Any]:
    """What a worker's death, or an attempt that ends in no way that it should, makes of a delivery."""
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
_LATER = database_ms() + bindparam("delay")
_IS_LATER = bindparam("delay", type_=BigInteger) > literal_column("0")
# what was not tried keeps its place: its order is paused instead
_IN_PLACE = case((_RETRY, _LATER), else_=deliveries.c.due)
_again = {"state": "pending", "worker": null()}
_if_retried = {"waiting": and_(_RETRY, _IS_LATER)}
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
_reschedule = _ending(attempts=bindparam("tried"), due=_LATER, waiting=_IS_LATER, **_again, **_traced)
_put_off = _ending(due=_IN_PLACE, **_again, **_if_retried)
_interrupt = _ending(due=_IN_PLACE, **interrupted(), **_if_retried)
_hold = _ending(state="held", worker=null(), held_reason=bindparam("reason"), attempts=bindparam("tried"), **_traced)


@row_by_row
def store_prepared(connection: Connection, claim: Claim, request: bytes, trace: bytes) -> None:
    """What every attempt sends, before the first does. The claim stays. Raises LeaseLost."""
    _end(connection, _prepare, claim, new_request=request, new_trace=trace, new_size=len(request) + len(trace))


@row_by_row
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


@row_by_row
def reschedule(connection: Connection, claim: Claim, delay_ms: int, *, attempts: int, trace: bytes) -> None:
    """After an attempt that failed: due again in `delay_ms`. Raises LeaseLost."""
    _end(connection, _reschedule, claim, delay=delay_ms, tried=attempts, new_trace=trace, trace_size=len(trace))


@row_by_row
def put_off(connection: Connection, claim: Claim, delay_ms: int) -> None:
    """Nothing was tried: neither it nor what comes behind it starts for `delay_ms`; no counter is raised.

    Raises LeaseLost.
    """
    _end(connection, _put_off, claim, delay=delay_ms)
    _pause(connection, claim, delay_ms)


@row_by_row
def hold(connection: Connection, claim: Claim, reason: str, *, attempts: int, trace: bytes) -> None:
    """Stopped and kept, until somebody releases it. Raises LeaseLost."""
    _end(connection, _hold, claim, reason=reason, tried=attempts, new_trace=trace, trace_size=len(trace))


@row_by_row
def interrupt(connection: Connection, claim: Claim, delay_ms: int) -> None:
    """The attempt ended in no way that it should: put off, or held the third time. Raises LeaseLost."""
    _end(connection, _interrupt, claim, delay=delay_ms)
    _pause(connection, claim, delay_ms)


def _pausing(dialect: str) -> Statement:
    new = select(deliveries.c.order_key, _LATER).where(deliveries.c.seq == bindparam("held"), PENDING, ~_RETRY)
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    row = insert(order_pauses).from_select(["order_key", "until"], new)
    longer = {"until": row.excluded.until}
    return Statement(row.on_conflict_do_update(index_elements=["order_key"], set_=longer))


_PAUSE = {dialect: _pausing(dialect) for dialect in ("sqlite", "postgresql")}
_over = Statement(delete(order_pauses).where(order_pauses.c.until <= database_ms()))


def _pause(connection: Connection, claim: Claim, delay_ms: int) -> None:
    _over.run(connection)
    _PAUSE[connection.dialect.name].run(connection, held=claim.seq, delay=delay_ms)


def _end(connection: Connection, ending: Statement, claim: Claim, **values: object) -> None:
    if ending.run(connection, held=claim.seq, holder=claim.worker, under=claim.lease, **values) == 0:
        raise LeaseLost
