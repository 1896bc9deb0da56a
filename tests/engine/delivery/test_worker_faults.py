"""The worker over a store that fails now and then: nothing that was claimed is stranded, and no loop ends."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from engine.delivery import leases, queue
from engine.delivery.outage import Outage
from engine.delivery.places import Sharing
from engine.delivery.wake import Wake
from engine.delivery.worker import Worker, take
from engine.errors import StoreAway, StoreBusy, Unavailable
from engine.model.deliveries import Claim, Delivery
from engine.store.database import Store
from engine.store.isolation import row_by_row
from tests.engine.delivery.queues import A, B, put, queued, rows

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.delivery.worker.RENEW_SECONDS", 0.02)
    monkeypatch.setattr("engine.delivery.worker.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("engine.delivery.worker.AGAIN_MS", 0)


class Faulty:
    """The store, before whose calls something happens."""

    def __init__(self, store: Store, before: Callable[[Any], Awaitable[None]]) -> None:
        self._store = store
        self._before = before

    async def read(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        await self._before(function)
        return await self._store.read(function, *args, **kwargs)

    async def write(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        await self._before(function)
        return await self._store.write(function, *args, **kwargs)

    async def write_soon(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        await self._before(function)
        return await self._store.write_soon(function, *args, **kwargs)

    def queue_load(self) -> float:
        return self._store.queue_load()


async def nothing(_: Any) -> None:
    pass


def faulty(store: Store, before: Callable[[Any], Awaitable[None]]) -> Store:
    return cast(Store, Faulty(store, before))


async def until_finished(store: Store) -> None:
    async with asyncio.timeout(30):
        while any(row.state != "finished" for row in await store.read(rows)):
            await asyncio.sleep(0.005)


async def end(store: Store, claim: Claim) -> None:
    await store.write(queue.finish, claim, "finished", attempts=1, request=None, trace=b"", keep=True)


@pytest.mark.parametrize("error", [StoreBusy("the queue is full"), RuntimeError("a defect")])
async def test_what_could_not_be_claimed_is_worked_later(tmp_path: Path, error: Exception) -> None:
    faults = [error, error]

    async def before(function: Any) -> None:
        if function is take and faults:
            raise faults.pop()

    async with queued(tmp_path, A, B, A) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            await end(store, claim)

        worker = Worker("w", faulty(store, before), Wake(), journey, alone=True)
        with capture_logs():
            await worker.start()
            await until_finished(store)
            await worker.drain(1)
        assert faults == []
        assert [row.interruptions for row in await store.read(rows)] == [0, 0, 0]


async def test_a_delivery_that_cannot_be_read_is_held_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    def garble(connection: Connection) -> None:
        # PostgreSQL would not take what is no JSON at all
        garbage = "no JSON" if connection.dialect.name == "sqlite" else "[]"
        connection.exec_driver_sql(f"UPDATE events SET payload = '{garbage}' WHERE id = 1")

    async def before(_: Any) -> None:
        pass

    async with queued(tmp_path, A) as store:
        await store.write(put, (A, A))
        await store.write(garble)

        async def journey(_: Delivery, claim: Claim) -> None:
            await end(store, claim)

        worker = Worker("w", faulty(store, before), Wake(), journey, alone=True)
        with capture_logs():
            await worker.start()
            async with asyncio.timeout(30):
                while [row.state for row in await store.read(rows)] != ["held", "finished", "finished"]:
                    await asyncio.sleep(0.005)
            await worker.drain(1)


async def test_the_lease_is_kept_whatever_goes_wrong_once(tmp_path: Path) -> None:
    renewals, faults = 0, [StoreBusy("busy"), RuntimeError("a defect")]

    async def before(function: Any) -> None:
        nonlocal renewals
        if function is leases.renew:
            renewals += 1
            if renewals > 1 and faults:
                raise faults.pop()

    async with queued(tmp_path) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            await end(store, claim)

        worker = Worker("w", faulty(store, before), Wake(), journey, alone=False)
        with capture_logs() as logs:
            await worker.start()
            async with asyncio.timeout(30):
                while renewals < 5:
                    await asyncio.sleep(0.005)
            await worker.drain(1)
        assert sorted(line["log_level"] for line in logs) == ["error", "warning"]


async def test_an_end_that_comes_while_another_is_stored_is_stored_too(tmp_path: Path) -> None:
    storing, go_on, tried = asyncio.Event(), asyncio.Event(), list[int]()

    async def before(function: Any) -> None:
        if isinstance(function, partial) and function.func is queue.put_off:
            storing.set()
            await go_on.wait()

    async with queued(tmp_path, A, B) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            tried.append(claim.seq)
            if tried.count(claim.seq) > 1:
                await end(store, claim)
                return
            if claim.destination == B:
                # the other's end is being stored when this one has to be
                await storing.wait()
                asyncio.get_running_loop().call_later(0.02, go_on.set)
            raise Unavailable("the store is busy")

        worker = Worker("w", faulty(store, before), Wake(), journey, alone=True)
        with capture_logs():
            await worker.start()
            await until_finished(store)
            await worker.drain(1)
        assert sorted(tried) == [1, 1, 2, 2]


async def test_a_claim_whose_commit_a_drain_met_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claimed, go_on = threading.Event(), threading.Event()

    @row_by_row
    def slowly(connection: Connection, worker: str, sharing: Sharing) -> Any:
        found = take(connection, worker, sharing)
        claimed.set()
        assert go_on.wait(30)
        return found

    monkeypatch.setattr("engine.delivery.worker.take", slowly)
    async with queued(tmp_path, A) as store:

        async def journey(_delivery: Delivery, _claim: Claim) -> None:
            raise AssertionError("it was begun by a worker that drains")

        claims: list[asyncio.Future[Any]] = []

        class Seen(Faulty):
            async def write_soon(self, function: Any, *args: Any, **kwargs: Any) -> Any:
                claims.append(asyncio.ensure_future(store.write_soon(function, *args, **kwargs)))
                return await asyncio.shield(claims[-1])

        worker = Worker("w", cast(Store, Seen(store, nothing)), Wake(), journey, alone=True)
        await worker.start()
        assert await asyncio.to_thread(claimed.wait, 30)
        worker.stop_claiming()
        asyncio.get_running_loop().call_later(0.2, go_on.set)
        await worker.drain(8)
        await asyncio.gather(*claims)
        (row,) = await store.read(rows)
        assert (row.state, row.worker, row.interruptions) == ("pending", None, 0)


async def test_a_database_that_is_away_is_told_of_once_and_asked_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.delivery.worker.PAUSE_SECONDS", 0.001)
    away, looks = True, 0
    done = asyncio.Event()

    async def fail(function: Any) -> None:
        nonlocal looks
        if away and function in (take, queue.look, leases.clock_went_back):
            looks += function is not leases.clock_went_back
            raise StoreAway("The database is away (refused); nothing was stored.")

    async with queued(tmp_path, A) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            await store.write(queue.finish, claim, "finished", attempts=1, request=None, trace=b"", keep=True)
            done.set()

        with capture_logs() as logs:
            worker = Worker("w", faulty(store, fail), Wake(), journey, alone=True)
            await worker.start()
            async with asyncio.timeout(30):
                while looks < 12:
                    await asyncio.sleep(0.005)
                while len(logs) < 2:
                    await asyncio.sleep(0.005)
                away = False
                await done.wait()
            await worker.drain(1)
    assert sorted(log["event"] for log in logs) == [
        "deliveries wait: the database is away",
        "the lease was not renewed: the database is away",
    ]


def test_pauses_grow_to_their_limit_and_begin_anew_after_each_outage() -> None:
    outage = Outage("it waits", 0.05, 0.3)
    with capture_logs() as logs:
        assert [outage.met(StoreAway("refused")) for _ in range(5)] == [0.05, 0.1, 0.2, 0.3, 0.3]
        outage.over()
        assert [outage.met(StoreAway("refused")), outage.met(StoreBusy("full"))] == [0.05, 0.1]
    assert [log["event"] for log in logs] == [
        *["it waits: the database is away"] * 2,
        "it waits: the store is busy",
    ]
