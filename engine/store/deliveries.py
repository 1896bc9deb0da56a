"""Deliveries as rows: stored with their event, read for an attempt. What moves them is in `delivery/queue.py`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, literal_column, select

from engine.model.deliveries import Delivery, NewDelivery
from engine.model.integrations import IncomingIntegration, from_record
from engine.store.events import delete_events_without_deliveries, event_of_row
from engine.store.schema import deliveries, events, integration_revisions, integrations, script_code
from engine.store.statements import Statement

_NEW = (
    *("id", "workspace", "event_id", "integration_id", "revision", "url", "destination", "order_key", "trigger_word"),
    *("state", "held_reason", "due", "attempts", "interruptions", "lease", "prepared", "size", "trace"),
    *("created_at", "updated_at"),
)
_insert = Statement(insert(deliveries).values({name: bindparam(name) for name in _NEW}))

# Written out, not bound: only so can a partial index be used.
PENDING = deliveries.c.state == literal_column("'pending'")
_backlog = Statement(
    select(deliveries.c.seq)
    .where(PENDING, deliveries.c.integration_id == bindparam("integration"))
    .limit(1)
    .offset(bindparam("before"))
)


def insert_deliveries(
    connection: Connection, event_id: int, workspace: str, new: Sequence[NewDelivery], now: int
) -> None:
    """All due at once."""
    _insert.run_many(
        connection,
        [
            {
                "id": delivery.id,
                "workspace": workspace,
                "event_id": event_id,
                "integration_id": delivery.integration_id,
                "revision": delivery.revision,
                "url": delivery.url,
                "destination": delivery.destination,
                "order_key": delivery.order_key,
                "trigger_word": delivery.trigger_word,
                "state": delivery.state,
                "held_reason": delivery.held_reason,
                "due": now,
                "attempts": 0,
                "interruptions": 0,
                "lease": 0,
                "prepared": False,
                "size": len(delivery.trace or b""),
                "created_at": now,
                "updated_at": now,
                "trace": delivery.trace,
            }
            for delivery in new
        ],
    )


def has_backlog(connection: Connection, integration_id: str, limit: int) -> bool:
    """Whether at least `limit` deliveries of the integration are pending."""
    return _backlog.row(connection, integration=integration_id, before=limit - 1) is not None


def get_delivery(connection: Connection, seq: int) -> Delivery | None:
    """None when it was dropped."""
    statement = (
        select(
            deliveries,
            *(events.c[name] for name in ("source", "source_id", "event", "payload", "chain")),
            integration_revisions.c.record,
            script_code.c.hooks,
            integrations.c.enabled,
        )
        .join(events, events.c.id == deliveries.c.event_id)
        .outerjoin(integration_revisions, integration_revisions.c.id == deliveries.c.revision)
        .outerjoin(script_code, script_code.c.key == integration_revisions.c.code)
        .outerjoin(integrations, integrations.c.id == deliveries.c.integration_id)
        .where(deliveries.c.seq == seq)
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    integration = None if row.record is None else from_record(row.record)
    assert not isinstance(integration, IncomingIntegration)
    return Delivery(
        seq=row.seq,
        id=row.id,
        integration_id=row.integration_id,
        revision=row.revision,
        url=row.url,
        trigger_word=row.trigger_word,
        attempts=row.attempts,
        interruptions=row.interruptions,
        prepared=row.prepared,
        created_at=row.created_at,
        request=row.request,
        trace=row.trace,
        event=event_of_row(row),
        integration=integration,
        hooks=tuple(row.hooks or ()),
        enabled=row.enabled,
    )


def delete_deliveries(connection: Connection, which: Select[Any]) -> int:
    """Those whose `seq` is selected, with each event that nobody else needs; how many they were."""
    deleted = delete(deliveries).where(deliveries.c.seq.in_(which)).returning(deliveries.c.event_id)
    event_ids = connection.execute(deleted).scalars().all()
    if event_ids:
        delete_events_without_deliveries(connection, set(event_ids))
    return len(event_ids)
