"""Deliveries attempt by attempt: retried or not, held, refused, and what happened to the integration meanwhile."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import history
from engine.store.events import get_event
from engine.store.integrations import clear_removed, delete_integration, disable_integration, get_integration
from engine.trace import now_ms
from tests.engine.stages import staged
from tests.receiver import Receiver, Response

pytestmark = pytest.mark.anyio

JSON = (("content-type", "application/json"),)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def steps(record: Any) -> list[str]:
    return [step["name"] for step in record["steps"]]


async def test_every_attempt_sends_the_same_bytes_under_one_key(tmp_path: Path) -> None:
    script = """
import random
def prepare_outgoing_request(request):
    request["data"] = {"n": random.random()}
    request["message"] = "once"
    return request
"""
    answers: list[Response | bytes] = [Response(503), b"garbage\r\n\r\n", Response(200)]
    async with staged(tmp_path) as stage, Receiver(lambda _: answers.pop(0)) as receiver:
        retries = {"retryFailedCalls": True, "retryCount": 4, "retryDelay": "powers-of-ten"}
        id = await stage.integrate(receiver.url, script=script, **retries)
        await stage.say("hello")
        for _ in range(3):
            assert await stage.work() == 1
            await stage.set_rows(due=0)
        bodies = {request.body for request in receiver.requests}
        keys = {request.header("idempotency-key") for request in receiver.requests}
        (row,) = await stage.rows()
        assert (len(receiver.requests), len(bodies), keys) == (3, 1, {row.id})
        assert await stage.texts() == ["hello", "once"]
        records = await stage.records(id)
        assert [record["attempt"] for record in records] == [3, 2, 1]
        assert [record["step"] for record in records] == ["after-http-call", "going-to-retry-2", "going-to-retry-1"]
        assert [record["finished"] for record in records] == [True, False, False]
        assert records[1]["httpError"]["kind"] == "protocol" and records[1]["httpResult"] is None
        assert all(record["data"]["text"] == "hello" for record in records)
        assert {record["delivery"] for record in records} == {row.id}


async def test_retries_stop_at_the_count(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(500)) as receiver:
        id = await stage.integrate(receiver.url, retryFailedCalls=True, retryCount=1, retryDelay="increments-of-two")
        began = now_ms()
        await stage.say("hello")
        await stage.work()
        (row,) = await stage.rows()
        assert began + 2_000 <= row.due <= now_ms() + 2_000
        await stage.set_rows(due=0)
        await stage.work()
        newest, _ = await stage.records(id)
        assert (newest["step"], newest["error"], newest["state"]) == ("too-many-retries", True, "failed")
        assert len(receiver.requests) == 2


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({}, "failed-and-not-configured-to-retry"),
        ({"retryFailedCalls": True, "retryCount": 3, "retryDelay": "never"}, "failed-and-retry-delay-is-invalid"),
    ],
)
async def test_a_failure_that_is_not_retried_says_why(tmp_path: Path, fields: dict[str, Any], step: str) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(500)) as receiver:
        id = await stage.integrate(receiver.url, **fields)
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        assert (record["step"], record["state"]) == (step, "failed")


async def test_a_longer_retry_after_is_honoured(tmp_path: Path) -> None:
    async with (
        staged(tmp_path) as stage,
        Receiver(lambda _: Response(429, (("retry-after", "120"),))) as receiver,
    ):
        await stage.integrate(receiver.url, retryFailedCalls=True, retryCount=1, retryDelay="powers-of-ten")
        await stage.say("hello")
        await stage.work()
        (row,) = await stage.rows()
        assert 100_000 < row.due - now_ms() <= 120_000


async def test_a_delivery_that_is_too_old_is_held(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(503)) as receiver:
        id = await stage.integrate(receiver.url, retryFailedCalls=True, retryCount=9, retryDelay="powers-of-ten")
        await stage.say("hello")
        await stage.set_rows(created_at=now_ms() - 73 * 3_600_000)
        await stage.work()
        record = await stage.record(id)
        assert (record["state"], record["heldReason"], record["finished"]) == ("held", "too-old", False)


async def test_how_old_a_delivery_is_goes_by_the_databases_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = time.time_ns
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(503)) as receiver:
        await stage.integrate(receiver.url, retryFailedCalls=True, retryCount=9, retryDelay="powers-of-ten")
        for days in (-4, 4):
            # of the process that accepts, and then of the one that tries
            monkeypatch.setattr("time.time_ns", lambda days=days: right() + days * 86_400 * 10**9)
            await stage.say("hello")
            await stage.work()
        assert [(row.state, row.attempts > 0) for row in await stage.rows()] == [("pending", True)] * 2


async def test_410_disables_the_integration(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(410)) as receiver:
        id = await stage.integrate(receiver.url)
        await stage.say("one")
        await stage.work()
        saved = await stage.store.read(get_integration, id)
        assert saved is not None and not saved.integration.enabled
        assert (await stage.record(id))["step"] == "after-process-http-status-410"
        await stage.say("two")
        assert len(await stage.rows()) == 1


async def test_the_hook_is_asked_about_an_answer_that_never_came_on_the_last_attempt_only(tmp_path: Path) -> None:
    script = """
def process_outgoing_response(request, response):
    return response["error"]["kind"] + " " + str(response["status_code"])
"""
    async with staged(tmp_path) as stage, Receiver(lambda _: b"not http\r\n\r\n") as receiver:
        await stage.integrate(
            receiver.url, script=script, retryFailedCalls=True, retryCount=1, retryDelay="powers-of-ten"
        )
        await stage.say("hello")
        await stage.work()
        assert await stage.texts() == ["hello"]
        await stage.set_rows(due=0)
        await stage.work()
        assert await stage.texts() == ["hello", "protocol 0"]


async def test_false_from_the_hook_ends_it_without_a_retry(tmp_path: Path) -> None:
    script = "def process_outgoing_response(request, response):\n    return False"
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(500)) as receiver:
        id = await stage.integrate(receiver.url, script=script, retryFailedCalls=True, retryCount=3, retryDelay="x")
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        assert (record["step"], record["state"]) == ("after-process-false-result", "finished")


async def test_a_refusal_names_the_rule_and_the_setting(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        id = await stage.integrate(
            "http://10.1.2.3/hook", retryFailedCalls=True, retryCount=3, retryDelay="powers-of-ten"
        )
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        assert record["httpError"]["kind"] == "refused-by-policy"
        refusal = next(step for step in record["steps"] if step["name"] == "refused-by-policy")
        assert refusal["setting"] == "HOOKCELL_EGRESS_ALLOW=10.1.2.3/32" and "private 10.0.0.0/8" in refusal["because"]
        assert record["state"] == "failed"


async def test_an_integrations_own_allowance_opens_what_it_names(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(f"http://localhost:{receiver.port}/", hookcell={"egressAllow": ["localhost", "::1"]})
        await stage.say("hello")
        await stage.work()
        assert len(receiver.requests) == 1, await stage.record(id)


async def test_what_happened_to_the_integration_meanwhile_counts(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url)
        await stage.say("hello")
        await stage.store.write(disable_integration, id, "2026-01-01T00:00:00.000Z", now_ms())
        await stage.work()
        assert (await stage.record(id))["step"] == "integration-disabled"
        gone = await stage.integrate(receiver.url)
        await stage.say("hello")
        await stage.store.write(delete_integration, gone)
        await stage.work()
        assert (await stage.record(gone))["step"] == "integration-removed"
        assert receiver.requests == []
        while await stage.store.write(clear_removed, gone, 1):
            pass
        assert len(await stage.rows()) == 1
        assert await stage.store.read(get_event, 1) is not None and await stage.store.read(get_event, 2) is None


async def test_whoever_shares_out_places_is_told_whether_the_destination_answered(tmp_path: Path) -> None:
    told: list[bool | None] = []
    script = """
def prepare_outgoing_request(request):
    return {**request, "timeout": 100 if "silence" in request["data"]["text"] else 20_000}
"""
    answers = [Response(500), Response(delay=5)]
    async with staged(tmp_path) as stage, Receiver(lambda _: answers.pop(0)) as receiver:
        kit = replace(stage.kit, answered=lambda _, heard: told.append(heard))
        await stage.integrate(receiver.url, script=script, triggerWords=["up"])
        await stage.integrate("http://127.0.0.1:1/", triggerWords=["down"])
        await stage.integrate("http://10.0.0.1/", triggerWords=["refused"])
        for text in ("up", "up to silence", "down", "refused"):
            await stage.say(text)
            await stage.work(kit)
        assert told == [True, None, False, True]


async def test_a_large_trace_is_packed_and_read_off_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: dict[str, list[bool]] = {"pack_trace": [], "unpack_trace": []}
    for name, calls in threads.items():
        monkeypatch.setattr(history, name, _telling(getattr(history, name), calls))
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(503, (), b"x" * 100_000)) as receiver:
        await stage.integrate(receiver.url, retryFailedCalls=True, retryCount=9, retryDelay="powers-of-ten")
        await stage.say("hello")
        for _ in range(2):
            await stage.set_rows(due=0)
            await stage.work()
        # first what was prepared, then what was answered; and that again
        assert threads == {"pack_trace": [False, True, True], "unpack_trace": [False, True]}


def _telling(function: Callable[..., Any], off_the_loop: list[bool]) -> Callable[..., Any]:
    loop = threading.get_ident()

    def told(*args: Any) -> Any:
        off_the_loop.append(threading.get_ident() != loop)
        return function(*args)

    return told
