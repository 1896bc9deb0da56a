"""Several processes at one queue: what each does alone must hold for all of them together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Connection

from engine.delivery import leases, queue
from engine.errors import StoreBusy
from engine.ids import new_id
from engine.model.deliveries import Claim
from engine.store.database import Store
from engine.store.guarded_runs import MAX_RUNS, count_run
from engine.store.isolation import row_by_row
from engine.store.postgres import PostgresStore
from engine.store.tokens import count_attempts, insert_attempt
from tests.engine.delivery.queues import A, claimed, event_count, put, rows
from tests.postgres import database

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def two_stores() -> AsyncIterator[tuple[Store, Store]]:
    with database() as url:
        one, other = await PostgresStore.open(url), await PostgresStore.open(url)
        try:
            yield one, other
        finally:
            await one.close()
            await other.close()


async def test_no_delivery_is_claimed_twice() -> None:
    async with two_stores() as stores:
        await stores[0].write(put, (A,) * 60)
        both = await asyncio.gather(*[claimed(stores[n % 2], f"w{n % 2}", A, 7) for n in range(20)])
        seqs = [claim.seq for claims in both for claim in claims]
        assert len(seqs) == len(set(seqs)) > 7


async def test_who_claims_at_the_same_moment_does_not_begin_what_comes_later_in_an_order() -> None:
    async with two_stores() as stores:
        for _ in range(8):
            order = new_id()
            await stores[0].write(put, (A,) * 12, order)
            await asyncio.gather(*[claimed(stores[n], f"w{n}", A, 5) for n in (0, 1)])
            held = [row for row in await stores[0].read(rows) if row.order_key == order and row.state == "claimed"]
            assert len({row.worker for row in held}) <= 1
            waiting = [
                row.seq for row in await stores[0].read(rows) if row.order_key == order and row.state == "pending"
            ]
            assert not waiting or not held or max(row.seq for row in held) < min(waiting)
            await stores[0].write(_end_all)


@row_by_row
def _end_all(connection: Connection) -> None:
    for row in rows(connection):
        if row.state == "claimed":
            claim = Claim(row.seq, row.worker, row.lease, row.destination, row.integration_id)
            queue.finish(connection, claim, "finished", attempts=1, request=None, trace=b"", keep=True)
        elif row.state == "pending":
            connection.exec_driver_sql(f"UPDATE deliveries SET state = 'finished' WHERE seq = {row.seq}")


async def test_an_event_goes_with_the_last_of_its_deliveries_whoever_ends_which() -> None:
    async with two_stores() as stores:
        for _ in range(5):
            await stores[0].write(put, (A, A))
        claims = await claimed(stores[0], "w", A, 10)
        await asyncio.gather(
            *[
                stores[number % 2].write(
                    queue.finish, claim, "finished", attempts=1, request=None, trace=b"", keep=False
                )
                for number, claim in enumerate(claims)
            ]
        )
        assert await stores[0].read(event_count) == 0


async def test_the_loop_guard_counts_all_processes_together() -> None:
    async with two_stores() as stores:
        admitted = await asyncio.gather(*[stores[n % 2].write(row_by_row(count_run), "order") for n in range(50)])
        assert admitted.count(True) == MAX_RUNS


async def test_tries_to_log_in_of_all_processes_together_do_not_pass_the_limit() -> None:
    async with two_stores() as stores:
        counted = await asyncio.gather(
            *[
                stores[n % 2].write(insert_attempt, name="admin", address="192.0.2.1", window_ms=300_000, limit=10)
                for n in range(16)
            ],
            return_exceptions=True,
        )
        # others were in the way of one that was not counted, and it was not made
        assert all(isinstance(one, bool | StoreBusy) for one in counted)
        for _ in range(2 * 10):
            await stores[0].write(insert_attempt, name="admin", address="192.0.2.1", window_ms=300_000, limit=10)
        assert (await stores[1].read(count_attempts, "admin", "192.0.2.1", 300_000))[0] == 10


async def test_one_process_is_the_first_and_when_it_goes_another() -> None:
    async with two_stores() as (store, _):
        await store.write(leases.renew, "a")
        await asyncio.sleep(0.01)
        await store.write(leases.renew, "b")
        assert await store.read(leases.is_first, "a") and not await store.read(leases.is_first, "b")
        await store.write(leases.give_back, "a")
        assert await store.read(leases.is_first, "b")


async def test_every_end_is_fenced_across_processes() -> None:
    async with two_stores() as (one, other):
        await one.write(put, (A,))
        await one.write(leases.renew, "dead")
        (claim,) = await claimed(one, "dead")
        assert await other.write(leases.reap, "alive", alone=True) == 1
        (again,) = await claimed(other, "alive")
        with pytest.raises(queue.LeaseLost):
            await one.write(queue.finish, claim, "finished", attempts=1, request=None, trace=b"", keep=True)
        await other.write(queue.finish, again, "finished", attempts=1, request=None, trace=b"", keep=True)
        (row,) = await one.read(rows)
        assert (row.state, row.attempts, row.interruptions) == ("finished", 1, 1)
