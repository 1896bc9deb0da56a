"""Runs as history lists them: one record for each attempt, so a page of records is cut from the runs that hold it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, func, literal, or_, select

from engine.model.history import IncomingRun, OutgoingRun
from engine.store.schema import deliveries, events, integration_revisions, runs

# as many attempts as a trace keeps
MAX_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Order:
    """The attempts of one run stay together, whatever the order."""

    by_creation: bool = False
    newest_first: bool = True

    def columns(self, table: Table, key: ColumnElement[Any]) -> list[ColumnElement[Any]]:
        order = [table.c.created_at if self.by_creation else table.c.updated_at, key]
        return [column.desc() if self.newest_first else column.asc() for column in order]


NEWEST = Order()


def list_incoming(
    connection: Connection, integration_id: str, *, offset: int, limit: int, order: Order = NEWEST
) -> list[IncomingRun]:
    statement = (
        select(runs, integration_revisions.c.record)
        .outerjoin(integration_revisions, integration_revisions.c.id == runs.c.revision)
        .where(runs.c.integration_id == integration_id)
        .order_by(*order.columns(runs, runs.c.id))
        .offset(offset)
        .limit(limit)
    )
    return [
        IncomingRun(
            id=row.id,
            revision=row.revision,
            state=row.state,
            created_at=row.created_at,
            updated_at=row.updated_at,
            request=row.request,
            trace=row.trace,
            record=row.record or {},
        )
        for row in connection.execute(statement).all()
    ]


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
    found = [
        OutgoingRun(
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
        for row in rows
    ]
    return (offset - rows[0].before if rows else 0), found


def count_outgoing(connection: Connection, integration_id: str) -> int:
    statement = select(func.coalesce(func.sum(_records()), 0)).where(_listed(integration_id))
    return int(connection.execute(statement).scalar_one())


def _listed(integration_id: str) -> ColumnElement[bool]:
    """A delivery that was never tried has no history yet, unless trying it killed a process."""
    begun = or_(deliveries.c.size > 0, deliveries.c.interruptions > 0)
    return (deliveries.c.integration_id == integration_id) & begun


def _records() -> ColumnElement[int]:
    attempts = deliveries.c.attempts
    return case((attempts < 1, literal(1)), (attempts > MAX_ATTEMPTS, literal(MAX_ATTEMPTS)), else_=attempts)
