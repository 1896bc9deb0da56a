"""How deliveries end: what is posted where, once; what is kept of them, masked; how chains stop."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from engine import outgoing
from engine.delivery.queue import LeaseLost
from engine.model.events import Chain
from engine.packing import unpack
from tests.engine.stages import OTHER, PRIVATE, TOKEN, staged
from tests.receiver import Received, Receiver, Response

pytestmark = pytest.mark.anyio

JSON = (("content-type", "application/json"),)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def steps(record: Any) -> list[str]:
    return [step["name"] for step in record["steps"]]


async def test_an_answer_goes_to_the_target_room_and_falls_back_to_the_events(tmp_path: Path) -> None:
    answers = [b'{"text": "there"}', b'{"text": "fallback", "channel": "#nowhere"}']
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, JSON, answers.pop(0))) as receiver:
        await stage.integrate(receiver.url, targetRoom="#other")
        await stage.say("one")
        await stage.work()
        await stage.say("two")
        await stage.work()
        assert await stage.texts(OTHER) == ["there"]
        assert await stage.texts() == ["one", "two", "fallback"]


async def test_an_answer_that_may_not_be_posted_is_a_step(tmp_path: Path) -> None:
    answer = Response(200, JSON, b'{"text": "x", "channel": "#private"}')
    async with staged(tmp_path) as stage, Receiver(lambda _: answer) as receiver:
        id = await stage.integrate(receiver.url)
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        assert (record["step"], record["state"]) == ("after-http-call-send-message-failed", "failed")
        assert await stage.texts(PRIVATE) == []


async def test_a_lost_lease_posts_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, JSON, b'{"text": "late"}')) as receiver:
        await stage.integrate(receiver.url)
        await stage.say("hello")
        delivery, claim = await stage.claim_one()
        await stage.set_rows(lease=claim.lease + 1)
        with pytest.raises(LeaseLost):
            await outgoing.run(stage.kit, delivery, claim)
        assert receiver.requests == [] and await stage.texts() == ["hello"]


async def test_a_lease_lost_while_the_receiver_thinks_posts_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:

        async def slowly(_: Received) -> Response:
            await stage.set_rows(worker="another", lease=7)
            return Response(200, JSON, b'{"text": "late"}')

        async with Receiver(slowly) as receiver:
            await stage.integrate(receiver.url)
            await stage.say("hello")
            with pytest.raises(LeaseLost):
                await outgoing.run(stage.kit, *await stage.claim_one())
            assert len(receiver.requests) == 1 and await stage.texts() == ["hello"]


async def test_an_attempt_repeated_after_a_crash_posts_once(tmp_path: Path) -> None:
    script = "def prepare_outgoing_request(request):\n    request['message'] = 'before'\n    return request"
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, JSON, b'{"text": "after"}')) as receiver:
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        # as it was before the end was stored
        await stage.set_rows(state="pending", attempts=0)
        await stage.work()
        assert await stage.texts() == ["hello", "before", "after"]
        assert len(receiver.requests) == 2
        assert (await stage.record(id))["finished"]


async def test_an_integration_does_not_answer_itself_and_a_chain_stops(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, JSON, b'{"text": "echo"}')) as receiver:
        first = await stage.integrate(receiver.url)
        await stage.say("one")
        await stage.work()
        assert await stage.work() == 0
        second = await stage.integrate(receiver.url)
        await stage.say("two")
        while await stage.work():
            await asyncio.sleep(0)
        stopped = [
            record
            for id in (first, second)
            for record in await stage.records(id)
            if record["step"] == "stopped-by-loop-guard"
        ]
        assert len(receiver.requests) == 1 + 2 * 3
        assert len(stopped) == 2 and "hookcell.loopDepth is 3" in stopped[0]["steps"][0]["because"]


async def test_history_is_kept_as_the_level_says(tmp_path: Path) -> None:
    answers = [Response(200), Response(200), Response(500), Response(500)]
    async with staged(tmp_path) as stage, Receiver(lambda _: answers.pop(0)) as receiver:
        off = await stage.integrate(receiver.url, hookcell={"history": "off"})
        failures = await stage.integrate(receiver.url, hookcell={"history": "failures"})
        for text in ("well", "badly"):
            await stage.say(text)
            await stage.work()
        assert await stage.records(off) == []
        assert (await stage.record(failures))["state"] == "failed"


async def test_private_groups_keep_failures_only_unless_asked(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver() as receiver:
        silent = await stage.integrate(receiver.url, channel=["#private"])
        asked = await stage.integrate(receiver.url, channel=["#private"], hookcell={"history": "full"})
        await stage.say("psst", room=PRIVATE, chain=Chain())
        await stage.work()
        assert await stage.records(silent) == []
        assert (await stage.record(asked))["finished"]


async def test_what_is_stored_of_an_ended_delivery_is_masked(tmp_path: Path) -> None:
    answer = Response(200, (("set-cookie", "s=1"),), f"you sent {TOKEN}".encode())
    async with staged(tmp_path) as stage, Receiver(lambda _: answer) as receiver:
        script = "def prepare_outgoing_request(request):\n    request['headers']['X-Api-Key'] = 'k'\n    return request"
        id = await stage.integrate(receiver.url.replace("//", "//user:pass@"), script=script)
        await stage.say("hello")
        await stage.work()
        assert receiver.requests[0].header("x-api-key") == "k"
        record = await stage.record(id)
        assert record["request"]["headers"]["X-Api-Key"] == record["response"]["headers"]["set-cookie"] == "***"
        assert record["httpResult"] == '"you sent ***"'
        assert record["url"].startswith("http://***@127.0.0.1")
        assert record["integration"]["token"] == "***"
        (row,) = await stage.rows()
        at_rest = json.dumps([unpack(row.request), unpack(row.trace)])
        assert TOKEN not in at_rest and "user:pass" not in at_rest


ECHOED = """
def prepare_outgoing_request(request):
    request["headers"] |= {"X-Api-Key": "kkk-key", "Cookie": "a=1; session=cookie-value"}
    if "bearer" in request["data"]["text"]:
        request["headers"]["Authorization"] = "Bearer bearer-value"
    print(request["headers"]["X-Api-Key"])
    return request

def process_outgoing_response(request, response):
    print(response["content_raw"])
"""


@pytest.mark.parametrize("status", [200, 500, 404])
async def test_credentials_that_a_receiver_sends_back_stand_nowhere(tmp_path: Path, status: int) -> None:
    at_rest: list[object] = []

    async def echo(request: Received) -> Response:
        at_rest.extend(unpack(row.trace) for row in await stage.rows() if row.prepared)
        headers = (("content-type", "application/json"), ("x-seen", request.header("x-api-key") or ""))
        return Response(status, headers, json.dumps(request.headers).encode())

    async with staged(tmp_path) as stage, Receiver(echo) as receiver:
        url = receiver.url.replace("//", "//user:secret%21pw@")
        id = await stage.integrate(url, script=ECHOED, retryFailedCalls=True, retryCount=3, retryDelay="powers-of-ten")
        for text in ("basic", "bearer"):
            await stage.say(text)
            await stage.work()
        assert at_rest
        told = json.dumps(await stage.records(id)) + json.dumps(at_rest)
        for row in await stage.rows():
            told += json.dumps(unpack(row.trace)) + ("" if row.state == "pending" else json.dumps(unpack(row.request)))
        sent = json.dumps([request.headers for request in receiver.requests])
        for value in ("kkk-key", "cookie-value", "bearer-value", "dXNlcjpzZWNyZXQhcHc="):
            assert value in sent and value not in told
        assert "secret!pw" not in told and "secret%21pw" not in told


async def test_how_deep_a_chain_is_goes_out_and_no_script_can_say_otherwise(tmp_path: Path) -> None:
    script = """
def prepare_outgoing_request(request):
    request["headers"]["x-hookcell-depth"] = "0"
    return request
"""
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url, script=script)
        await stage.say("by a person")
        await stage.work()
        await stage.say("by an integration", chain=Chain(("another",)))
        await stage.work()
        assert [request.header("x-hookcell-depth") for request in receiver.requests] == ["1", "2"]


async def test_depth_is_not_told_under_strict(tmp_path: Path) -> None:
    async with staged(tmp_path, strict=True) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url)
        await stage.say("hello", chain=Chain(("another",)))
        await stage.work()
        assert receiver.requests[0].header("x-hookcell-depth") is None


async def test_what_scripts_call_is_told_the_depth_and_no_script_can_say_otherwise(tmp_path: Path) -> None:
    script = """
from hookcell import http

def prepare_outgoing_request(request):
    http.post(request["url"] + "/called", headers={"x-hookcell-depth": "0"})
    return None
"""
    for strict, told in ((False, "2"), (True, None)):
        folder = tmp_path / str(strict)
        folder.mkdir()
        async with staged(folder, strict=strict) as stage, Receiver() as receiver:
            await stage.integrate(receiver.url, script=script)
            await stage.say("hello", chain=Chain(("another",)))
            await stage.work()
            (called,) = receiver.requests
            assert (called.target, called.header("x-hookcell-depth")) == ("/called", told)
