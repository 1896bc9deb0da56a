import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from engine.delivery import leases, queue
from engine.delivery.places import WorkerLimits
from engine.delivery.wake import Wake
from engine.delivery.worker import Worker
from engine.errors import StoreBusy
from engine.model.deliveries import Claim, Delivery
from engine.store.database import Store
from tests.engine.delivery.queues import A, B, change, process_ids, put, queued, rows

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]


async def end(store: Store, claim: Claim) -> None:
    await store.write(queue.finish, claim, "finished", attempts=1, request=None, trace=b"", keep=True)


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while not await true():
            await asyncio.sleep(0.005)


def states(store: Store) -> Callable[[], Any]:
    async def read() -> list[str]:
        return [row.state for row in await store.read(rows)]

    return read


async def test_all_that_is_due_is_worked_and_what_comes_later_when_it_is_told(tmp_path: Path) -> None:
    async with queued(tmp_path, A, B, A) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            await end(store, claim)

        async def all_done() -> bool:
            return all(row.state == "finished" for row in await store.read(rows))

        wake = Wake()
        worker = Worker("w", store, wake, journey, alone=True)
        await worker.start()
        await until(all_done)
        await store.write(put, (A,) * 20)
        wake.call()
        await until(all_done)
        assert len(await store.read(rows)) == 23
        await worker.drain(1)


async def test_what_is_due_a_little_later_is_worked_without_a_wake(tmp_path: Path) -> None:
    tries: list[int] = []
    async with queued(tmp_path, A) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            tries.append(claim.lease)
            if len(tries) == 1:
                await store.write(queue.put_off, claim, 50)
            else:
                await end(store, claim)

        async def tried_twice() -> bool:
            return len(tries) == 2

        worker = Worker("w", store, Wake(), journey, alone=True)
        await worker.start()
        await until(tried_twice)
        await worker.drain(1)


async def test_a_destination_at_its_limit_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    open_door = asyncio.Event()
    at_once: dict[str, int] = {A: 0, B: 0}
    async with queued(tmp_path, *[A] * 50, *[B] * 5) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            at_once[claim.destination] += 1
            if claim.destination == A:
                await open_door.wait()
            await end(store, claim)

        async def all_of_b() -> bool:
            return all(row.state == "finished" for row in await store.read(rows) if row.destination == B)

        async def all_done() -> bool:
            return all(row.state == "finished" for row in await store.read(rows))

        worker = Worker("w", store, Wake(), journey, alone=True, limits=WorkerLimits(10, 0, 3))
        await worker.start()
        await until(all_of_b)
        assert at_once == {A: 3, B: 5}

        async def three_in_flight() -> bool:
            # what was stored is read before whoever stored it is told
            return worker.in_flight == 3

        await until(three_in_flight)
        open_door.set()
        await until(all_done)
        await worker.drain(1)


async def beside_silent(store: Store, silent: int, integrations: int, *, known: bool) -> tuple[int, int]:
    """Delivers to B, which may be known to answer, while so many destinations never do; how many of those were called
    by then, and how many of them are ended."""
    never, called = asyncio.Event(), 0

    async def journey(_: Delivery, claim: Claim) -> None:
        nonlocal called
        if claim.destination != B:
            called += 1
            await never.wait()
        worker.answered(claim, heard=True)
        await end(store, claim)

    async def all_of_b() -> bool:
        return all(row.state == "finished" for row in await store.read(rows) if row.destination == B)

    async def some_called() -> bool:
        return called > 0

    wake = Wake()
    worker = Worker("w", store, wake, journey, alone=True)
    if known:
        await store.write(put, (B,))
    await worker.start()
    await until(all_of_b)
    await store.write(put_silent, silent, integrations)
    wake.call()
    await until(some_called)
    await store.write(put, (B,) * 50, integration="healthy")
    wake.call()
    await until(all_of_b)
    await worker.drain(0)
    return called, sum(row.destination != B and row.state == "finished" for row in await store.read(rows))


def put_silent(connection: Connection, destinations: int, integrations: int) -> None:
    for one in range(integrations):
        of_it = [f"http://1.1.{number}.1:80" for number in range(one, destinations, integrations)]
        put(connection, (*of_it * 3,), integration=f"silent {one}")


async def test_many_silent_destinations_of_one_author_keep_nobody_else_waiting(tmp_path: Path) -> None:
    async with queued(tmp_path) as store:
        called = await beside_silent(store, silent=16, integrations=1, known=False)
        assert called == (WorkerLimits().an_integration, 0)


@pytest.mark.parametrize("known", [True, False])
async def test_hundreds_of_silent_destinations_keep_none_waiting_that_answers(tmp_path: Path, known: bool) -> None:
    async with queued(tmp_path) as store:
        called = await beside_silent(store, silent=220, integrations=10, known=known)
        assert called == (WorkerLimits().for_all, 0)


async def test_no_more_are_in_flight_than_the_limit_says(tmp_path: Path) -> None:
    most = 0
    async with queued(tmp_path, *[f"http://{n}:80" for n in range(20)]) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            nonlocal most
            most = max(most, worker.in_flight)
            await asyncio.sleep(0.002)
            await end(store, claim)

        async def all_done() -> bool:
            return all(row.state == "finished" for row in await store.read(rows))

        worker = Worker("w", store, Wake(), journey, alone=True, limits=WorkerLimits(4, 0, 3))
        await worker.start()
        await until(all_done)
        await worker.drain(1)
        assert most == 4


async def test_a_drain_waits_for_what_is_in_flight(tmp_path: Path) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()
    async with queued(tmp_path, A) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            started.set()
            await go_on.wait()
            await end(store, claim)

        worker = Worker("w", store, Wake(), journey, alone=True)
        await worker.start()
        await started.wait()
        draining = asyncio.create_task(worker.drain(20))
        await asyncio.sleep(0.05)
        assert not draining.done()
        go_on.set()
        await draining
        (row,) = await store.read(rows)
        assert row.state == "finished" and await store.read(process_ids) == set()


async def test_a_drain_gives_back_what_does_not_end(tmp_path: Path) -> None:
    started = asyncio.Event()
    async with queued(tmp_path, A) as store:

        async def journey(_delivery: Delivery, _claim: Claim) -> None:
            started.set()
            await asyncio.Event().wait()

        worker = Worker("w", store, Wake(), journey, alone=True)
        await worker.start()
        await started.wait()
        await worker.drain(0.05)
        (row,) = await store.read(rows)
        assert (row.state, row.attempts, row.interruptions) == ("pending", 0, 0)
        assert worker.in_flight == 0 and await store.read(process_ids) == set()


async def test_a_start_takes_over_what_the_process_before_had(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        await store.write(leases.renew, "killed")
        await store.write(queue.claim, "killed", {A: 1})
        seen: list[Delivery] = []

        async def journey(delivery: Delivery, claim: Claim) -> None:
            seen.append(delivery)
            await end(store, claim)

        async def seen_once() -> bool:
            return bool(seen)

        worker = Worker("next", store, Wake(), journey, alone=True)
        await worker.start()
        await until(seen_once)
        await worker.drain(1)
        assert (seen[0].interruptions, seen[0].attempts) == (1, 0)


async def test_a_journey_that_breaks_is_an_interruption_and_held_the_third_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.delivery.worker.RENEW_SECONDS", 0.01)
    monkeypatch.setattr("engine.delivery.worker.AGAIN_MS", 0)
    async with queued(tmp_path, A, B) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            if claim.destination == A:
                raise RuntimeError("a defect of ours")
            await end(store, claim)

        async def settled() -> bool:
            return [row.state for row in await store.read(rows)] == ["held", "finished"]

        worker = Worker("w", store, Wake(), journey, alone=True)
        await worker.start()
        await until(settled)
        await worker.drain(1)
        broken, _ = await store.read(rows)
        assert (broken.interruptions, broken.held_reason) == (3, "interrupted")


async def test_an_end_that_could_not_be_stored_is_put_off_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.delivery.worker.RENEW_SECONDS", 0.01)
    monkeypatch.setattr("engine.delivery.worker.AGAIN_MS", 0)
    tries = 0
    async with queued(tmp_path, A) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            nonlocal tries
            tries += 1
            if tries == 1:
                raise StoreBusy("the queue is full")
            await end(store, claim)

        async def finished() -> bool:
            return [row.state for row in await store.read(rows)] == ["finished"]

        worker = Worker("w", store, Wake(), journey, alone=True)
        await worker.start()
        await until(finished)
        await worker.drain(1)
        (row,) = await store.read(rows)
        assert (tries, row.interruptions) == (2, 0)


class Behind:
    """A store whose queue of writes is as full as it is said to be."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.load = 1.0

    def queue_load(self) -> float:
        return self.load

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


async def test_nothing_is_claimed_while_the_store_is_behind(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:

        async def journey(_: Delivery, claim: Claim) -> None:
            await end(store, claim)

        async def finished() -> bool:
            return [row.state for row in await store.read(rows)] == ["finished"]

        behind = Behind(store)
        worker = Worker("w", cast(Store, behind), Wake(), journey, alone=True)
        await worker.start()
        await asyncio.sleep(0.2)
        assert not await finished() and worker.in_flight == 0
        behind.load = 0.0
        await until(finished)
        await worker.drain(1)


async def test_a_lost_lease_is_nobodys_failure(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        tried = asyncio.Event()

        async def journey(_: Delivery, claim: Claim) -> None:
            await store.write(change, worker="another", lease=5)
            tried.set()
            await end(store, claim)

        worker = Worker("w", store, Wake(), journey, alone=False)
        await worker.start()
        await tried.wait()
        await worker.drain(1)
        (row,) = await store.read(rows)
        assert (row.state, row.worker) == ("claimed", "another")
