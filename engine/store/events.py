"""Events: each is stored once, with what its deliveries are built from, and goes when the last of them goes."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, select

from engine.model.events import Event
from engine.store.conflicts import insert_if_absent
from engine.store.connections import json_text
from engine.store.hot import Hot
from engine.store.schema import deliveries, events

_COLUMNS = ("workspace", "source", "source_id", "event", "room_id", "payload", "chain", "created_at")
_insert = Hot(lambda connection: insert_if_absent(connection, events).returning(events.c.id), _COLUMNS)


def insert_event(connection: Connection, event: Event, now: int) -> int | None:
    """Its row's id, or None when it was accepted before."""
    inserted = _insert.run(
        connection,
        workspace=event.workspace,
        source=event.source,
        source_id=event.source_id,
        event=event.event,
        room_id=None if event.room is None else event.room.id,
        payload=json_text(event.to_json()),
        chain=json_text(event.chain.to_json()),
        created_at=now,
    )
    id: int | None = inserted.scalar_one_or_none()
    return id


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
    used = select(deliveries.c.seq).where(deliveries.c.event_id == events.c.id).exists()
    connection.execute(delete(events).where(events.c.id.in_(ids), ~used))
