import asyncio
from pathlib import Path
from typing import Any

import pytest

from engine.delivery import by_hand, leases, queue
from engine.delivery.queue import LeaseLost, Look
from engine.model.deliveries import Claim
from tests.dialects import open_at
from tests.engine.delivery.queues import (
    A,
    B,
    age,
    change,
    claimed,
    end_pauses,
    event_count,
    process_ids,
    put,
    put_run,
    queued,
    rows,
    run_states,
)

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]

TRACE = b"trace"


async def test_a_look_names_each_destination_that_has_something_due(tmp_path: Path) -> None:
    async with queued(tmp_path, A, A, B) as store:
        assert await store.read(queue.look) == Look((A, B), None)
        (claim,) = await claimed(store, "w", B)
        await store.write(queue.put_off, claim, 60_000)
        look = await store.read(queue.look)
        assert look.due == (A,)
        assert look.next_ms is not None and 30_000 < look.next_ms <= 60_000


async def test_an_empty_queue_has_nothing_to_look_at(tmp_path: Path) -> None:
    async with queued(tmp_path) as store:
        assert await store.read(queue.look) == Look((), None)


async def test_claims_come_in_the_order_of_events_and_no_more_than_asked_for(tmp_path: Path) -> None:
    async with queued(tmp_path, A, B, A, A) as store:
        first = await claimed(store, "w", A, 2)
        second = await claimed(store, "w", A, 2)
        assert [claim.seq for claim in (*first, *second)] == [1, 3, 4]
        assert {claim.lease for claim in first} == {1}


async def test_two_workers_never_hold_the_same_delivery(tmp_path: Path) -> None:
    async with queued(tmp_path, *[A] * 40) as store:
        claims = await asyncio.gather(*[claimed(store, f"w{n}", A, 7) for n in range(8)])
        seqs = [claim.seq for some in claims for claim in some]
        assert sorted(seqs) == list(range(1, 41))


async def test_what_is_not_due_is_not_claimed(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        await store.write(change, due=2**60)
        assert await claimed(store, "w") == []


async def test_a_put_off_delivery_raises_neither_counter(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        (claim,) = await claimed(store, "w")
        await store.write(queue.put_off, claim, 0)
        (row,) = await store.read(rows)
        assert (row.state, row.attempts, row.interruptions, row.worker) == ("pending", 0, 0, None)
        (again,) = await claimed(store, "w")
        assert again.lease == claim.lease + 1


async def test_an_attempt_is_counted_when_it_is_rescheduled(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        (claim,) = await claimed(store, "w")
        await store.write(queue.store_prepared, claim, b"request", TRACE)
        await store.write(queue.reschedule, claim, 0, attempts=1, trace=TRACE)
        (row,) = await store.read(rows)
        assert (row.state, row.attempts, row.prepared, row.request) == ("pending", 1, True, b"request")
        assert row.size == len(b"request") + len(TRACE)


async def test_an_end_that_is_not_kept_takes_the_event_along_with_its_last_delivery(tmp_path: Path) -> None:
    async with queued(tmp_path, A, A) as store:
        for left, claim in zip((1, 0), await claimed(store, "w", A, 2), strict=True):
            await store.write(queue.finish, claim, "finished", attempts=1, request=None, trace=TRACE, keep=False)
            assert len(await store.read(rows)) == left
            assert await store.read(event_count) == left


@pytest.mark.parametrize("stale", [Claim(1, "w", 2, A, "i"), Claim(1, "other", 1, A, "i"), Claim(9, "w", 1, A, "i")])
async def test_no_end_is_stored_without_the_lease(tmp_path: Path, stale: Claim) -> None:
    async with queued(tmp_path, A) as store:
        await claimed(store, "w")
        before = await store.read(rows)
        ended: dict[str, Any] = {"attempts": 1, "trace": TRACE}
        for attempt in (
            store.write(queue.store_prepared, stale, b"", TRACE),
            store.write(queue.finish, stale, "finished", request=None, keep=True, **ended),
            store.write(queue.finish, stale, "finished", request=None, keep=False, **ended),
            store.write(queue.reschedule, stale, 0, **ended),
            store.write(queue.hold, stale, "why", **ended),
            store.write(queue.put_off, stale, 0),
            store.write(queue.interrupt, stale, 0),
        ):
            with pytest.raises(LeaseLost):
                await attempt
        assert await store.read(rows) == before


async def test_an_ended_delivery_cannot_be_ended_again(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        (claim,) = await claimed(store, "w")
        await store.write(queue.finish, claim, "finished", attempts=1, request=None, trace=TRACE, keep=True)
        with pytest.raises(LeaseLost):
            await store.write(queue.put_off, claim, 0)


async def test_a_dead_workers_deliveries_are_due_at_once_and_held_the_third_time(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        for interruptions, state in ((1, "pending"), (2, "pending"), (3, "held")):
            await store.write(leases.renew, "dying")
            (claim,) = await claimed(store, "dying")
            assert await store.write(leases.reap, "alive", alone=False) == 0
            await store.write(age, "dying", leases.LEASE_MS + 1)
            assert await store.write(leases.reap, "alive", alone=False) == 1
            (row,) = await store.read(rows)
            assert (row.state, row.interruptions, row.attempts) == (state, interruptions, 0)
            with pytest.raises(LeaseLost):
                await store.write(queue.finish, claim, "finished", attempts=1, request=None, trace=TRACE, keep=True)
        assert row.held_reason == "interrupted"
        assert await store.write(by_hand.release, [row.seq]) == 1
        assert len(await claimed(store, "w")) == 1


async def test_a_worker_that_was_suspended_past_its_lease_finds_its_work_taken(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        await store.write(leases.renew, "slow")
        (claim,) = await claimed(store, "slow")
        await store.write(age, "slow", leases.LEASE_MS + 1)
        await store.write(leases.reap, "quick", alone=False)
        (taken,) = await claimed(store, "quick")
        await store.write(leases.renew, "slow")
        with pytest.raises(LeaseLost):
            await store.write(queue.put_off, claim, 0)
        await store.write(queue.put_off, taken, 0)


async def test_whoever_is_alone_takes_over_at_once(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        await store.write(leases.renew, "before")
        await claimed(store, "before")
        await store.write(put_run, "theirs", "before")
        await store.write(put_run, "ours", "now")
        await store.write(put_run, "ended", "before", "finished")
        await store.write(leases.renew, "now")
        assert await store.write(leases.reap, "now", alone=True) == 1
        assert await store.read(run_states) == {"theirs": "interrupted", "ours": "running", "ended": "finished"}
        assert await store.read(process_ids) == {"now"}


async def test_nobody_reaps_themselves(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        await claimed(store, "w")
        for alone in (True, False):
            assert await store.write(leases.reap, "w", alone=alone) == 0


async def test_what_is_given_back_is_due_at_once_and_counts_as_nothing(tmp_path: Path) -> None:
    async with queued(tmp_path, A, A) as store:
        await store.write(leases.renew, "w")
        (mine,) = await claimed(store, "w")
        await claimed(store, "other")
        assert await store.write(leases.give_back, "w") == 1
        given, others = await store.read(rows)
        assert (given.state, given.interruptions, others.state) == ("pending", 0, "claimed")
        assert await store.read(process_ids) == set()
        with pytest.raises(LeaseLost):
            await store.write(queue.put_off, mine, 0)


async def test_a_first_attempt_that_is_put_off_is_not_overtaken(tmp_path: Path) -> None:
    async with queued(tmp_path) as store:
        await store.write(put, (A, A, A), "an order")
        (first,) = await claimed(store, "w")
        await store.write(queue.put_off, first, 60_000)
        await store.write(put, (A,), "an order")
        await store.write(put, (A,), "another")
        assert [claim.seq for claim in await claimed(store, "w", A, 9)] == [5]
        look = await store.read(queue.look)
        assert look.due == () and look.next_ms is not None and 30_000 < look.next_ms <= 60_000
        await store.write(end_pauses)
        assert [claim.seq for claim in await claimed(store, "w", A, 9)] == [1, 2, 3, 4]


async def test_a_retry_neither_waits_for_its_order_nor_keeps_it_waiting(tmp_path: Path) -> None:
    async with queued(tmp_path) as store:
        await store.write(put, (A, A), "an order")
        retried, second = await claimed(store, "w", A, 2)
        await store.write(queue.reschedule, retried, 0, attempts=1, trace=TRACE)
        await store.write(queue.put_off, second, 60_000)
        (again,) = await claimed(store, "w", A, 9)
        assert again.seq == retried.seq
        await store.write(queue.put_off, again, 60_000)
        await store.write(end_pauses)
        assert [claim.seq for claim in await claimed(store, "w", A, 9)] == [second.seq]


async def test_what_another_process_has_not_begun_is_not_overtaken(tmp_path: Path) -> None:
    async with queued(tmp_path) as store:
        await store.write(put, (A, A, B), "an order")
        (first,) = await claimed(store, "one", A)
        assert await claimed(store, "two", A) == []
        assert len(await claimed(store, "two", B)) == 1
        await store.write(queue.reschedule, first, 60_000, attempts=1, trace=TRACE)
        assert [claim.seq for claim in await claimed(store, "two", A)] == [2]


async def test_what_is_taken_over_or_given_back_keeps_its_place(tmp_path: Path) -> None:
    async with queued(tmp_path) as store:
        await store.write(put, (A, A, A), "an order")
        await claimed(store, "dead", A)
        await store.write(leases.reap, "w", alone=True)
        assert [claim.seq for claim in await claimed(store, "w", A, 2)] == [1, 2]
        await store.write(leases.give_back, "w")
        assert [claim.seq for claim in await claimed(store, "w", A, 3)] == [1, 2, 3]


async def test_a_thousand_that_wait_for_one_destination_cost_another_nothing(tmp_path: Path) -> None:
    async with queued(tmp_path, B) as store:
        await store.write(put, (A,) * 1_000)
        assert (await store.read(queue.look)).due == (A, B)
        assert len(await claimed(store, "w", B, 8)) == 1


async def test_a_reopened_store_still_has_every_claim(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        await store.write(leases.renew, "w")
        await claimed(store, "w")
    reopened = await open_at(tmp_path)
    try:
        assert await reopened.write(leases.reap, "next", alone=True) == 1
    finally:
        await reopened.close()
