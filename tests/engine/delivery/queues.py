"""Deliveries put straight into the queue, for tests of the queue alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from engine.delivery import queue
from engine.ids import new_id
from engine.model.deliveries import Claim, NewDelivery
from engine.model.events import Event
from engine.store.database import Store
from engine.store.deliveries import insert_deliveries
from engine.store.events import insert_event
from engine.store.schema import deliveries, events, order_pauses, processes, runs
from tests.dialects import open_at

A, B = "http://a:80", "http://b:80"


@asynccontextmanager
async def queued(data: Path, *destinations: str) -> AsyncIterator[Store]:
    """A store with one delivery for each destination, in this order."""
    store = await open_at(data)
    try:
        await store.write(put, destinations)
        yield store
    finally:
        await store.close()


def put(
    connection: Connection,
    destinations: tuple[str, ...],
    order: str | None = None,
    *,
    integration: str = "integration",
) -> None:
    """Each in an order of its own, or all in one."""
    event = Event("sendMessage", "embedded", "test", new_id(), 0)
    event_id = insert_event(connection, event, 0)
    assert event_id is not None
    new = [NewDelivery(new_id(), integration, 1, f"{at}/", at, order or new_id(), None) for at in destinations]
    insert_deliveries(connection, event_id, "embedded", new)


def rows(connection: Connection) -> list[Any]:
    return list(connection.execute(select(deliveries).order_by(deliveries.c.seq)).all())


def event_count(connection: Connection) -> int:
    return len(connection.execute(select(events.c.id)).all())


def process_ids(connection: Connection) -> set[str]:
    return set(connection.execute(select(processes.c.id)).scalars())


def change(connection: Connection, /, **values: Any) -> None:
    connection.execute(update(deliveries).values(**values))


def age(connection: Connection, worker: str, ms: int) -> None:
    """As if the worker had last been heard of that long ago."""
    aged = update(processes).where(processes.c.id == worker)
    connection.execute(aged.values(renewed_at=processes.c.renewed_at - ms))


def end_pauses(connection: Connection) -> None:
    """As if the time had come that put-off deliveries wait for."""
    connection.execute(update(order_pauses).values(until=0))


def put_run(connection: Connection, id: str, worker: str, state: str = "running") -> None:
    values = {"id": id, "integration_id": "incoming", "revision": 1, "state": state, "worker": worker}
    connection.execute(insert(runs).values(**values, size=0, created_at=0, updated_at=0))


def run_states(connection: Connection) -> dict[str, str]:
    return {row.id: row.state for row in connection.execute(select(runs.c.id, runs.c.state)).all()}


def tried(connection: Connection, delay_ms: int) -> None:
    """As if all that wait had been tried once, and were to be tried again after so long."""
    later = {"due": deliveries.c.due + delay_ms, "waiting": True, "attempts": 1}
    connection.execute(update(deliveries).where(deliveries.c.state == "pending").values(**later))


def plan(connection: Connection, statement: str) -> list[str]:
    return [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()]


async def claimed(store: Store, worker: str, destination: str = A, most: int = 1) -> list[Claim]:
    return await store.write(queue.claim, worker, {destination: most})
