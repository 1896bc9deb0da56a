"""The database's clock, set back: what waits does so as long as it was to."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from engine.delivery import leases, queue
from engine.store.clock import database_ms
from engine.store.schema import deliveries, order_pauses, processes
from tests.engine.delivery.queues import A, claimed, process_ids, put, queued, rows

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]

HOUR_MS = 3_600_000


def set_clock_back(connection: Connection, by: int = HOUR_MS) -> None:
    """As all rows look once the clock has gone back by so much."""
    for column in (deliveries.c.due, deliveries.c.updated_at, order_pauses.c.until, processes.c.renewed_at):
        connection.execute(update(column.table).values({column: column + by}))


def any_dead(connection: Connection) -> bool:
    """Whether a process looks so, by its lease."""
    dead = select(processes.c.id).where(processes.c.renewed_at < database_ms() - leases.LEASE_MS)
    return connection.execute(dead).first() is not None


async def test_after_the_clock_went_back_what_was_due_is_due(tmp_path: Path) -> None:
    async with queued(tmp_path) as store:
        await store.write(put, (A, A, A), "an order")
        await store.write(leases.renew, "dead")
        (put_off,) = await claimed(store, "w")
        await store.write(queue.put_off, put_off, 60_000)
        assert not await store.read(leases.clock_went_back)
        await store.write(set_clock_back)
        assert await store.read(leases.clock_went_back)
        assert await store.write(leases.follow_clock) == 3
        assert not await store.read(leases.clock_went_back)
        assert [claim.seq for claim in await claimed(store, "w", A, 3)] == [1, 2, 3]
        await store.write(leases.reap, "w", alone=False)
        assert await store.read(process_ids) == {"dead"}


async def test_a_retry_waits_as_long_as_it_was_to(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        (claim,) = await claimed(store, "w")
        await store.write(queue.reschedule, claim, 60_000, attempts=1, trace=b"")
        await store.write(set_clock_back)
        await store.write(leases.follow_clock)
        assert await claimed(store, "w") == []
        look = await store.read(queue.look)
        assert look.next_ms is not None and 30_000 < look.next_ms <= 60_000


async def test_a_clock_that_goes_on_changes_nothing(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        before: list[Any] = await store.read(rows)
        assert await store.write(leases.follow_clock) == 0
        assert await store.read(rows) == before
