"""What people do to deliveries, over the queue: what keeps its place, and what was worked in between."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from engine import delivery_desk, history
from engine.delivery import by_hand, leases, queue
from engine.delivery.by_hand import Dropped
from engine.delivery_desk import Which
from engine.model.deliveries import Claim
from engine.paging import Page
from engine.store.database import Store
from engine.store.delivery_lists import Wanted, list_deliveries
from engine.trace import Trace
from tests.engine.delivery.queues import A, change, claimed, put, queued, rows
from tests.engine.stages import ALICE, staged
from tests.receiver import Receiver, Response

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]


class Claiming:
    """A store whose worker is quick: whatever is released is claimed before anything else happens."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.claims: list[Claim] = []

    async def write(self, function: Any, *args: Any) -> Any:
        answer = await self._store.write(function, *args)
        look = await self._store.read(queue.look)
        self.claims += await self._store.write(queue.claim, "quick", dict.fromkeys(look.due, 100))
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_what_is_released_is_sent_in_the_order_of_its_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_desk, "ROWS_A_WRITE", 2)
    async with staged(tmp_path) as stage:
        id = await stage.integrate("http://127.0.0.1:1/")
        for number in range(5):
            await stage.say(f"{number}")
        await stage.set_rows(state="held", held_reason="backlog")
        claiming = Claiming(stage.store)
        kit = replace(stage.accepting, store=cast(Store, claiming))
        admin = replace(ALICE, roles=("admin",))
        assert await delivery_desk.release(kit, admin, Which(integration_id=id)) == {"count": 5}
        assert [claim.seq for claim in claiming.claims] == [1, 2, 3, 4, 5]


async def test_all_of_an_integration_are_dropped_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_desk, "ROWS_A_WRITE", 5)
    monkeypatch.setattr(delivery_desk, "WHOLE_ROWS_A_WRITE", 2)
    async with staged(tmp_path) as stage:
        id = await stage.integrate("http://127.0.0.1:1/", retryFailedCalls=True, retryCount=1, retryDelay="x")
        for number in range(7):
            await stage.say(f"{number}")
        (claim, *_) = await stage.claim(most=1)
        admin = replace(ALICE, roles=("admin",))
        assert await delivery_desk.drop(stage.accepting, admin, Which(integration_id=id)) == {"count": 6}
        assert {row.seq for row in await stage.rows() if row.state == "claimed"} == {claim.seq}
        assert {record["step"] for record in await stage.records(id) if record["finished"]} == {"dropped"}


async def test_traces_of_a_list_are_read_off_the_event_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    unpack_trace = history.unpack_trace

    def seen(id: str, packed: bytes | None) -> Trace:
        threads.append(threading.get_ident())
        return unpack_trace(id, packed)

    async with staged(tmp_path) as stage:
        await stage.integrate("http://127.0.0.1:1/")
        await stage.say("hello")
        monkeypatch.setattr(history, "unpack_trace", seen)
        admin = replace(ALICE, roles=("admin",))
        listed = await delivery_desk.list_standing(
            stage.accepting, admin, Page(0, 50), states=("pending",), integration_id=None
        )
        assert listed["count"] == len(threads) == 1 and threading.get_ident() not in threads


async def test_what_was_never_tried_keeps_its_place_when_it_is_released(tmp_path: Path) -> None:
    async with queued(tmp_path) as store:
        await store.write(put, (A, A), "an order")
        await store.write(change, state="held")
        await store.write(put, (A,), "an order")
        assert await store.write(by_hand.release, [2]) == 1
        assert await store.write(by_hand.release, [1]) == 1
        assert [claim.seq for claim in await claimed(store, "w", A, 9)] == [1, 2, 3]


async def test_what_was_to_be_tried_later_is_due_when_it_is_released(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        for values in ({"attempts": 1, "waiting": True}, {"attempts": 0, "waiting": False}):
            await store.write(change, state="held", due=2**60, **values)
            assert await store.write(by_hand.release, [1]) == 1
            assert len(await claimed(store, "w")) == 1


async def test_a_released_delivery_may_be_interrupted_as_often_as_a_new_one(tmp_path: Path) -> None:
    async with queued(tmp_path, A) as store:
        await store.write(change, state="held", held_reason="interrupted", interruptions=queue.MAX_INTERRUPTIONS)
        await store.write(by_hand.release, [1])
        await claimed(store, "dead")
        await store.write(leases.reap, "w", alone=True)
        (row,) = await store.read(rows)
        assert (row.state, row.interruptions, row.held_reason) == ("pending", 1, None)


async def test_what_was_worked_since_it_was_read_is_not_dropped(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.integrate("http://127.0.0.1:1/")
        await stage.say("hello")
        (read,) = await stage.store.read(list_deliveries, Wanted(("pending",)), offset=0, limit=9)
        (claim,) = await stage.claim()
        await stage.store.write(queue.store_prepared, claim, b"prepared", b"since")
        await stage.store.write(queue.put_off, claim, 0)
        assert await stage.store.write(by_hand.drop, [Dropped(read, None, b"", True)]) == 0
        (row,) = await stage.rows()
        assert (row.state, row.request, row.trace) == ("pending", b"prepared", b"since")


async def test_a_receiver_of_very_many_headers_keeps_nothing_from_being_listed(tmp_path: Path) -> None:
    headers = tuple((f"x-{number}", "v" * 358) for number in range(180))
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(503, headers)) as receiver:
        id = await stage.integrate(receiver.url)
        await stage.say("hello")
        await stage.work()
        admin = replace(ALICE, roles=("admin",))
        listed: Any = await delivery_desk.list_standing(
            stage.accepting, admin, Page(0, 50), states=("failed",), integration_id=id
        )
        assert [delivery["statusCode"] for delivery in listed["deliveries"]] == [503]
        (record,) = await stage.records(id)
        assert record["response"]["status_code"] == 503 and "cut" in record["response"]["headers"]
