"""Events: each is stored once, with what its deliveries are built from, and goes when the last of them goes."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from engine.model.events import Event
from engine.store.conflicts import insert_ignoring
from engine.store.schema import deliveries, events
from engine.store.statements import Statement

_COLUMNS = ("workspace", "source", "source_id", "event", "room_id", "payload", "chain", "created_at")


def _inserting(dialect: str) -> Statement:
    statement = insert_ignoring(dialect, events).values({name: bindparam(name) for name in _COLUMNS})
    return Statement(statement.returning(events.c.id))


_INSERT = {dialect: _inserting(dialect) for dialect in ("sqlite", "postgresql")}


def insert_event(connection: Connection, event: Event, now: int) -> int | None:
    """Its row's id, or None when it was accepted before."""
    row = _INSERT[connection.dialect.name].row(
        connection,
        workspace=event.workspace,
        source=event.source,
        source_id=event.source_id,
        event=event.event,
        room_id=None if event.room is None else event.room.id,
        payload=event.to_json(),
        chain=event.chain.to_json(),
        created_at=now,
    )
    return None if row is None else int(row[0])


def event_of_row(row: Any) -> Event:
    """From a row that has all columns of the table."""
    return Event.from_json(
        event=row.event,
        workspace=row.workspace,
        source=row.source,
        source_id=row.source_id,
        payload=row.payload,
        chain=row.chain,
    )


def get_event(connection: Connection, id: int) -> Event | None:
    row = connection.execute(select(events).where(events.c.id == id)).one_or_none()
    return None if row is None else event_of_row(row)


def delete_events_without_deliveries(connection: Connection, ids: Collection[int]) -> None:
    if connection.dialect.name != "sqlite":
        # two who each delete one of its deliveries would each find the other's still there
        connection.execute(select(events.c.id).where(events.c.id.in_(ids)).order_by(events.c.id).with_for_update())
    used = select(deliveries.c.seq).where(deliveries.c.event_id == events.c.id).exists()
    connection.execute(delete(events).where(events.c.id.in_(ids), ~used))
