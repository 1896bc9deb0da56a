"""Deliveries as rows: stored with their event, read for an attempt. What moves them is in `delivery/queue.py`."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, literal_column, select

from engine.model.deliveries import Delivery, NewDelivery
from engine.model.events import Event
from engine.model.integrations import OutgoingIntegration, from_record
from engine.store.clock import database_ms
from engine.store.events import delete_events_without_deliveries
from engine.store.schema import deliveries, events, integration_revisions, integrations, script_code
from engine.store.statements import Statement

_NEW = (
    *("id", "workspace", "event_id", "integration_id", "revision", "url", "destination", "order_key", "trigger_word"),
    *("state", "held_reason", "attempts", "interruptions", "lease", "prepared", "size", "trace"),
)
# due at once, by the clock that says when that is, and how old it is by then
_BY_THE_DATABASE = {name: database_ms() for name in ("due", "created_at", "updated_at")}
_insert = Statement(insert(deliveries).values({name: bindparam(name) for name in _NEW} | _BY_THE_DATABASE))

# Written out, not bound: only so can a partial index be used.
PENDING = deliveries.c.state == literal_column("'pending'")
_backlog = Statement(
    select(deliveries.c.seq)
    .where(PENDING, deliveries.c.integration_id == bindparam("integration"))
    .limit(1)
    .offset(bindparam("before"))
)


def insert_deliveries(connection: Connection, event_id: int, workspace: str, new: Sequence[NewDelivery]) -> None:
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
                "attempts": 0,
                "interruptions": 0,
                "lease": 0,
                "prepared": False,
                "size": len(delivery.trace or b""),
                "trace": delivery.trace,
            }
            for delivery in new
        ],
    )


def has_backlog(connection: Connection, integration_id: str, limit: int) -> bool:
    """Whether at least `limit` deliveries of the integration are pending."""
    return _backlog.row(connection, integration=integration_id, before=limit - 1) is not None


_OF_DELIVERY = (
    *("seq", "id", "integration_id", "revision", "url", "order_key", "trigger_word", "attempts", "interruptions"),
    *("prepared", "created_at", "request", "trace", "workspace"),
)
_OF_EVENT = ("source", "source_id", "event", "payload", "chain")
_get = Statement(
    select(
        *(deliveries.c[name] for name in _OF_DELIVERY),
        database_ms(),
        integrations.c.enabled,
        *(events.c[name] for name in _OF_EVENT),
    )
    .join(events, events.c.id == deliveries.c.event_id)
    .outerjoin(integrations, integrations.c.id == deliveries.c.integration_id)
    .where(deliveries.c.seq == bindparam("wanted"))
)
_get_integration = Statement(
    select(integration_revisions.c.record, script_code.c.hooks)
    .outerjoin(script_code, script_code.c.key == integration_revisions.c.code)
    .where(integration_revisions.c.id == bindparam("wanted"))
)


def get_deliveries(connection: Connection, seqs: Iterable[int]) -> dict[int, Delivery]:
    """By `seq`; one that cannot be read is not among them."""
    revisions: dict[int, tuple[OutgoingIntegration | None, tuple[str, ...]]] = {}
    found = {}
    for seq in seqs:
        # one row that makes no sense must not keep the others from being sent
        with suppress(ValueError, TypeError, KeyError, AssertionError):
            delivery = _delivery(connection, seq, revisions)
            if delivery is not None:
                found[seq] = delivery
    return found


def _delivery(
    connection: Connection, seq: int, revisions: dict[int, tuple[OutgoingIntegration | None, tuple[str, ...]]]
) -> Delivery | None:
    row = _get.row(connection, wanted=seq)
    if row is None:
        return None
    values = dict(zip(_OF_DELIVERY, row, strict=False))
    read_at, enabled, *of_event = row[len(_OF_DELIVERY) :]
    revision = values["revision"]
    if revision not in revisions:
        revisions[revision] = _integration(connection, revision)
    integration, hooks = revisions[revision]
    event = Event.from_json(workspace=values.pop("workspace"), **dict(zip(_OF_EVENT, of_event, strict=True)))
    return Delivery(**values, read_at=read_at, event=event, integration=integration, hooks=hooks, enabled=enabled)


def _integration(connection: Connection, revision: int) -> tuple[OutgoingIntegration | None, tuple[str, ...]]:
    row = _get_integration.row(connection, wanted=revision)
    if row is None:
        return None, ()
    record, hooks = row
    integration = from_record(record)
    assert isinstance(integration, OutgoingIntegration)
    return integration, tuple(hooks or ())


def delete_deliveries(connection: Connection, which: Select[Any]) -> int:
    """Those whose `seq` is selected, with each event that nobody else needs; how many they were."""
    deleted = delete(deliveries).where(deliveries.c.seq.in_(which)).returning(deliveries.c.event_id)
    event_ids = connection.execute(deleted).scalars().all()
    if event_ids:
        delete_events_without_deliveries(connection, set(event_ids))
    return len(event_ids)
