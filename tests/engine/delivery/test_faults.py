"""The worker with real parts, and what goes wrong outside of it: receivers, disks, clocks, scripts, other workers."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from engine import outgoing
from engine.delivery import leases, queue
from engine.delivery.places import LIMITS
from engine.delivery.worker import Worker
from engine.errors import StoreBusy
from engine.http import MAX_REQUESTS_A_DESTINATION
from tests.engine.delivery.queues import age, process_ids
from tests.engine.delivery.test_leases import HOUR_MS, any_dead, set_clock_back
from tests.engine.stages import Stage, staged
from tests.engine.store.stores import allow_pages
from tests.processes import kept_port
from tests.receiver import Received, Receiver, Response

pytestmark = pytest.mark.anyio

JSON = (("content-type", "application/json"),)
RETRIES: dict[str, Any] = {"retryFailedCalls": True, "retryCount": 8, "retryDelay": "powers-of-ten"}


@asynccontextmanager
async def working(stage: Stage, id: str = "w", *, alone: bool = True, drain: float = 5) -> AsyncIterator[Worker]:
    accepting = stage.accepting
    kit = replace(stage.kit, answered=lambda claim, heard: worker.answered(claim, heard=heard))
    worker = Worker(id, accepting.store, accepting.wake, partial(outgoing.run, kit), alone=alone)
    await worker.start()
    try:
        yield worker
    finally:
        await worker.drain(drain)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(40):
        while not await true():
            await asyncio.sleep(0.01)


async def ended(stage: Stage) -> bool:
    return all(row.state in ("finished", "failed") for row in await stage.rows())


async def test_a_receiver_that_comes_back_gets_everything_once(tmp_path: Path) -> None:
    with kept_port() as port:
        async with staged(tmp_path) as stage:
            await stage.integrate(f"http://127.0.0.1:{port}/", **RETRIES)
            async with working(stage):
                for number in range(5):
                    await stage.say(f"{number}")

                async def tried_twice() -> bool:
                    return all(row.attempts >= 2 for row in await stage.rows())

                await until(tried_twice)
                async with Receiver(port=port) as back:
                    await until(partial(ended, stage))
                    assert sorted(json.loads(request.body)["text"] for request in back.requests) == list("01234")
            assert {row.state for row in await stage.rows()} == {"finished"}


@pytest.mark.parametrize("answer", [Response(delay=30), Response(200, JSON, b'{"text":"x"}', trickle=5)])
async def test_a_receiver_that_never_ends_its_answer_costs_its_time_and_no_more(
    tmp_path: Path, answer: Response
) -> None:
    script = "def prepare_outgoing_request(request):\n    return {**request, 'timeout': 200}\n"
    async with staged(tmp_path) as stage, Receiver(lambda _: answer) as silent, Receiver() as healthy:
        stuck = await stage.integrate(silent.url, script=script)
        await stage.integrate(healthy.url)
        async with working(stage):
            for number in range(12):
                await stage.say(f"{number}")
            await until(partial(ended, stage))
        assert len(healthy.requests) == 12
        records = await stage.records(stuck)
        assert {record["httpError"]["kind"] for record in records} == {"timeout"}
        assert all(record["state"] == "failed" for record in records)


async def test_a_script_that_kills_its_cell_every_time_ends_its_own_deliveries_only(tmp_path: Path) -> None:
    script = """
def prepare_outgoing_request(request):
    kinds = (int,)
    for i in range(200000):
        kinds = (kinds,)
    return isinstance("x", kinds)
"""
    async with staged(tmp_path) as stage, Receiver() as receiver:
        deadly = await stage.integrate(receiver.url, script=script)
        await stage.integrate(receiver.url)
        async with working(stage):
            for number in range(4):
                await stage.say(f"{number}")
            await until(partial(ended, stage))
        assert sorted(json.loads(request.body)["text"] for request in receiver.requests) == list("0123")
        records = await stage.records(deadly)
        assert [record["state"] for record in records] == ["failed"] * 4
        assert {record["step"] for record in records} == {"after-prepare-no-opts"}
        assert not any("interruptions" in record for record in records)


async def test_a_disk_that_is_full_loses_nothing_that_was_accepted(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, JSON, b'{"text": "got it"}')) as receiver:
        await stage.integrate(receiver.url)
        await stage.store.write(allow_pages, 4)
        said: list[str] = []
        refused = 0
        with capture_logs():
            async with working(stage):
                results = await asyncio.gather(
                    *[stage.say(f"{number} " + "x" * 2_000) for number in range(40)], return_exceptions=True
                )
                for result in results:
                    if isinstance(result, BaseException):
                        assert isinstance(result, StoreBusy)
                        refused += 1
                    else:
                        said.append(result.text)
                assert refused
                await stage.store.write(allow_pages, 10_000)
                await until(partial(ended, stage))
        assert sorted({json.loads(request.body)["text"] for request in receiver.requests}) == sorted(said)
        texts = await stage.texts()
        assert sorted(text for text in texts if text != "got it") == sorted(said)
        assert texts.count("got it") == len(said)


async def test_a_clock_that_goes_back_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.delivery.worker.RENEW_SECONDS", 0.05)
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url)
        await stage.say("before")
        await stage.store.write(set_clock_back)
        with capture_logs() as logs:
            async with working(stage):
                await until(partial(ended, stage))
        assert len(receiver.requests) == 1
        assert ["clock went back" in line["event"] for line in logs] == [True]


async def test_a_clock_that_goes_forward_sends_what_waits_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.delivery.worker.RENEW_SECONDS", 0.05)
    answers = iter([Response(503), Response(200, JSON, b'{"text": "answer"}')])
    async with staged(tmp_path) as stage, Receiver(lambda _: next(answers)) as receiver:
        await stage.integrate(receiver.url, **{**RETRIES, "retryDelay": "increments-of-two"})
        async with working(stage, alone=False):
            await stage.say("hello")

            async def waits() -> bool:
                return [row.waiting for row in await stage.rows()] == [True]

            await until(waits)
            assert len(receiver.requests) == 1
            await stage.store.write(set_clock_back, by=-3 * HOUR_MS)
            await until(partial(ended, stage))
        (row,) = await stage.rows()
        assert (row.state, row.attempts, row.interruptions) == ("finished", 2, 0)
        assert await stage.texts() == ["hello", "answer"]


async def test_a_clock_that_goes_forward_under_an_attempt_posts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To every process the others look dead then, until they have renewed their leases."""
    monkeypatch.setattr("engine.delivery.worker.RENEW_SECONDS", 0.05)
    go_on = asyncio.Event()

    async def slowly(_: Received) -> Response:
        await go_on.wait()
        return Response(200, JSON, b'{"text": "answer"}')

    async with staged(tmp_path) as stage, Receiver(slowly) as receiver:
        await stage.integrate(receiver.url)
        with capture_logs():
            async with working(stage, "one", alone=False), working(stage, "other", alone=False):
                await stage.say("hello")
                await receiver.received(1)
                await stage.store.write(set_clock_back, by=-HOUR_MS)

                async def both_renewed() -> bool:
                    return not await stage.store.read(any_dead)

                await until(both_renewed)
                go_on.set()
                await until(partial(ended, stage))
        (row,) = await stage.rows()
        assert (row.state, row.attempts) == ("finished", 1) and row.interruptions <= 1
        assert await stage.texts() == ["hello", "answer"]
        assert len({request.header("idempotency-key") for request in receiver.requests}) == 1


async def test_a_worker_that_was_suspended_past_its_lease_posts_nothing(tmp_path: Path) -> None:
    waiting = asyncio.Event()

    async def slowly_at_first(_: Received) -> Response:
        if len(receiver.requests) == 1:
            await waiting.wait()
        return Response(200, JSON, b'{"text": "answer"}')

    async with staged(tmp_path) as stage, Receiver(slowly_at_first) as receiver:
        await stage.integrate(receiver.url)
        await stage.say("hello")
        # as suspended: it has claimed and sent, and renews nothing
        await stage.store.write(leases.renew, "suspended")
        delivery, claim = await stage.claim_one("suspended")
        suspended = asyncio.create_task(outgoing.run(stage.kit, delivery, claim))
        await receiver.received(1)
        await stage.store.write(age, "suspended", leases.LEASE_MS + 1)
        async with working(stage, "other", alone=False):
            await until(partial(ended, stage))
            waiting.set()
            with pytest.raises(queue.LeaseLost):
                await suspended
            assert await stage.store.read(process_ids) == {"other"}
        (row,) = await stage.rows()
        assert (row.state, row.attempts, row.interruptions) == ("finished", 1, 1)
        assert await stage.texts() == ["hello", "answer"]
        first, second = receiver.requests
        assert (first.body, first.header("idempotency-key")) == (second.body, second.header("idempotency-key"))


async def test_a_slow_destination_keeps_another_from_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(delay=60)) as slow, Receiver() as quick:
        await stage.integrate(slow.url, triggerWords=["slow"])
        await stage.integrate(quick.url, triggerWords=["quick"])
        for number in range(60):
            await stage.say(f"slow {number}")
        async with working(stage, drain=0):
            await slow.received(MAX_REQUESTS_A_DESTINATION)
            for number in range(10):
                await stage.say(f"quick {number}")
            await quick.received(10)


async def test_sixteen_destinations_of_one_author_that_never_answer_keep_another_from_nothing(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(staged(tmp_path))
        silent = [await stack.enter_async_context(Receiver(lambda _: Response(delay=60))) for _ in range(16)]
        healthy = await stack.enter_async_context(Receiver())
        await stage.integrate(*(receiver.url for receiver in silent), triggerWords=["silent"])
        await stage.integrate(healthy.url, triggerWords=["healthy"])
        worker = await stack.enter_async_context(working(stage, drain=0))
        for number in range(20):
            await stage.say(f"silent {number}")
        for receiver in silent:
            await receiver.received(2)
        assert worker.in_flight == LIMITS.an_integration
        async with asyncio.timeout(30):
            for number in range(20):
                await stage.say(f"healthy {number}")
            await healthy.received(20)
