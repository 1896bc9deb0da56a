"""Runs as history lists them: one record for each attempt, so a page of records is cut from the runs that hold it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, case, delete, func, literal, or_, select

from engine.model.history import IncomingRun, OutgoingRun, PastDelivery
from engine.store.deliveries import delete_deliveries
from engine.store.events import event_of_row
from engine.store.schema import deliveries, events, integration_revisions, runs

# as many attempts as a trace keeps
MAX_ATTEMPTS = 50


# Fields of a record that are columns of both tables.
SORTABLE = {"_updatedAt": "updated_at", "_createdAt": "created_at", "_id": "id", "state": "state"}


@dataclass(frozen=True, slots=True)
class Order:
    """(field, 1 or -1) each; fields that are not SORTABLE say nothing, and then the oldest comes first.

    The attempts of one run stay together, whatever the order: the newest of them first as the first field says.
    """

    fields: Sequence[tuple[str, int]] = (("_updatedAt", -1),)

    @property
    def newest_first(self) -> bool:
        return next((way == -1 for field, way in self.fields if field in SORTABLE), False)

    def columns(self, table: Table, key: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        found: list[tuple[ColumnElement[Any], int]]
        found = [(table.c[SORTABLE[field]], way) for field, way in self.fields if field in SORTABLE]
        if not found:
            found = [(table.c.created_at, 1)]
        found.append((key, -1 if self.newest_first else 1))
        return [column.desc() if way == -1 else column.asc() for column, way in found]


NEWEST = Order()


_INCOMING = select(runs, integration_revisions.c.record).outerjoin(
    integration_revisions, integration_revisions.c.id == runs.c.revision
)


def list_incoming(
    connection: Connection, integration_id: str, *, offset: int, limit: int, order: Order = NEWEST
) -> list[IncomingRun]:
    statement = (
        _INCOMING.where(runs.c.integration_id == integration_id)
        .order_by(*order.columns(runs, runs.c.id))
        .offset(offset)
        .limit(limit)
    )
    return [_incoming(row) for row in connection.execute(statement).all()]


def get_incoming(connection: Connection, integration_id: str, id: str) -> IncomingRun | None:
    row = connection.execute(_INCOMING.where(runs.c.integration_id == integration_id, runs.c.id == id)).one_or_none()
    return None if row is None else _incoming(row)


def integration_of_run(connection: Connection, id: str) -> str | None:
    """Whose run, or whose delivery, this is."""
    statement = select(runs.c.integration_id).where(runs.c.id == id)
    found: str | None = connection.execute(statement).scalar_one_or_none()
    if found is None:
        statement = select(deliveries.c.integration_id).where(deliveries.c.id == id)
        found = connection.execute(statement).scalar_one_or_none()
    return found


def count_incoming(connection: Connection, integration_id: str) -> int:
    statement = select(func.count()).select_from(runs).where(runs.c.integration_id == integration_id)
    return connection.execute(statement).scalar_one()


def list_outgoing(
    connection: Connection, integration_id: str, *, offset: int, limit: int, order: Order = NEWEST
) -> tuple[int, list[OutgoingRun]]:
    """The runs that hold the records from `offset` on, and how many records of the first one lie before it."""
    columns = order.columns(deliveries, deliveries.c.seq)
    until = func.sum(_records()).over(order_by=columns, rows=(None, 0))
    counted = (
        select(deliveries.c.seq, _records().label("records"), until.label("until"))
        .where(_listed(integration_id))
        .subquery()
    )
    page = counted.c.until > offset, counted.c.until - counted.c.records < offset + limit
    statement = (
        select(
            deliveries,
            events.c.event,
            integration_revisions.c.record,
            (counted.c.until - counted.c.records).label("before"),
        )
        .join(counted, counted.c.seq == deliveries.c.seq)
        .join(events, events.c.id == deliveries.c.event_id)
        .outerjoin(integration_revisions, integration_revisions.c.id == deliveries.c.revision)
        .where(*page)
        .order_by(*columns)
    )
    rows = connection.execute(statement).all()
    return (offset - rows[0].before if rows else 0), [_outgoing(row) for row in rows]


def get_outgoing(connection: Connection, integration_id: str, id: str) -> OutgoingRun | None:
    statement = (
        select(deliveries, events.c.event, integration_revisions.c.record)
        .join(events, events.c.id == deliveries.c.event_id)
        .outerjoin(integration_revisions, integration_revisions.c.id == deliveries.c.revision)
        .where(_listed(integration_id), deliveries.c.id == id)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _outgoing(row)


def count_outgoing(connection: Connection, integration_id: str) -> int:
    statement = select(func.coalesce(func.sum(_records()), 0)).where(_listed(integration_id))
    return int(connection.execute(statement).scalar_one())


def get_past_delivery(connection: Connection, integration_id: str, id: str) -> PastDelivery | None:
    """What a replay begins with; one that was never tried has no record to be replayed."""
    statement = (
        select(deliveries.c.url, deliveries.c.trigger_word, _records().label("records"), events)
        .join(events, events.c.id == deliveries.c.event_id)
        .where(_listed(integration_id), deliveries.c.id == id)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else PastDelivery(row.url, row.trigger_word, row.records, event_of_row(row))


def clear_ended(connection: Connection, integration_id: str, before: int, limit: int) -> int:
    """Deletes at most `limit` runs that ended before `before`; how many, 0 when none is left.

    What waits, is worked or is held is no history yet.
    """
    ended = (
        select(deliveries.c.seq)
        .where(
            deliveries.c.integration_id == integration_id,
            deliveries.c.updated_at < before,
            deliveries.c.state.in_(["finished", "failed"]),
        )
        .limit(limit)
    )
    over = (
        select(runs.c.id)
        .where(runs.c.integration_id == integration_id, runs.c.updated_at < before, runs.c.state != "running")
        .limit(limit)
    )
    return delete_deliveries(connection, ended) or connection.execute(delete(runs).where(runs.c.id.in_(over))).rowcount


def _incoming(row: Row[Any]) -> IncomingRun:
    return IncomingRun(
        id=row.id,
        revision=row.revision,
        state=row.state,
        created_at=row.created_at,
        updated_at=row.updated_at,
        request=row.request,
        trace=row.trace,
        record=row.record or {},
    )


def _outgoing(row: Row[Any]) -> OutgoingRun:
    return OutgoingRun(
        id=row.id,
        revision=row.revision,
        state=row.state,
        held_reason=row.held_reason,
        due=row.due,
        attempts=row.attempts,
        interruptions=row.interruptions,
        url=row.url,
        event=row.event,
        trigger_word=row.trigger_word,
        created_at=row.created_at,
        updated_at=row.updated_at,
        request=row.request,
        trace=row.trace,
        record=row.record or {},
    )


def _listed(integration_id: str) -> ColumnElement[bool]:
    """A delivery that was never tried has no history yet, unless trying it killed a process."""
    begun = or_(deliveries.c.size > 0, deliveries.c.interruptions > 0)
    return (deliveries.c.integration_id == integration_id) & begun


def _records() -> ColumnElement[int]:
    attempts = deliveries.c.attempts
    return case((attempts < 1, literal(1)), (attempts > MAX_ATTEMPTS, literal(MAX_ATTEMPTS)), else_=attempts)
