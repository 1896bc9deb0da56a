import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import outgoing
from engine.delivery.queue import LeaseLost
from engine.model.events import Chain
from engine.model.json import JsonObject
from engine.model.runs import (
    Busy,
    Prepared,
    PreparedRequest,
    PrepareNothing,
    PrepareResult,
    ResponsePost,
    ResponseResult,
    ScriptReport,
)
from engine.packing import unpack
from engine.scripts import HookServices, Script
from engine.store.deliveries import get_deliveries
from engine.store.events import get_event
from engine.store.integrations import clear_removed, delete_integration, disable_integration, get_integration
from engine.trace import now_ms
from tests.engine.stages import OTHER, PRIVATE, TOKEN, staged
from tests.receiver import Received, Receiver, Response

pytestmark = pytest.mark.anyio

JSON = (("content-type", "application/json"),)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def steps(record: Any) -> list[str]:
    return [step["name"] for step in record["steps"]]


async def test_a_message_is_sent_and_its_answer_posted(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, JSON, b'{"text": "pong"}')) as receiver:
        id = await stage.integrate(f"{receiver.url}/hook", triggerWords=["ping"])
        message = await stage.say("ping it")
        assert await stage.work() == 1
        (request,) = receiver.requests
        assert request.method == "POST"
        assert request.header("content-type") == "application/json"
        assert json.loads(request.body) == {
            "token": TOKEN,
            "bot": False,
            "trigger_word": "ping",
            "channel_id": "GENERAL",
            "channel_name": "general",
            "message_id": message.id,
            "timestamp": json.loads(request.body)["timestamp"],
            "user_id": "alicealicealice",
            "user_name": "alice",
            "text": "ping it",
            "siteUrl": "http://chat.example",
        }
        assert await stage.texts() == ["ping it", "pong"]
        record = await stage.record(id)
        assert steps(record) == [
            "start-execute-trigger-url",
            "mapped-args-to-data",
            "after-maybe-ran-prepare",
            "pre-http-call",
            "after-http-call",
            "url-response-sent-message",
        ]
        assert record["step"] == "url-response-sent-message"
        assert (record["type"], record["event"], record["triggerWord"]) == ("outgoing-webhook", "sendMessage", "ping")
        assert record["finished"] and "error" not in record
        assert record["httpResult"] == json.dumps('{"text": "pong"}')
        assert record["response"]["status_code"] == 200
        assert record["httpCallData"]["token"] == record["data"]["token"] == "***"
        assert record["httpCallData"]["text"] == "ping it"
        assert record["resultMessage"][0]["message"]["msg"] == "pong"
        assert record["resultMessage"][0]["message"]["bot"] == {"i": id}
        assert TOKEN not in json.dumps(record)
        assert await stage.work() == 0


async def test_both_hooks_run_and_are_shown_with_log_and_receipt(tmp_path: Path) -> None:
    script = """
def prepare_outgoing_request(request):
    print("preparing", request["integration"]["name"])
    request["headers"]["X-Team"] = "core"
    request["data"] = {"asked": request["data"]["text"]}
    request["params"] = {"q": "a b"}
    return request

def process_outgoing_response(request, response):
    return {"content": {"text": f"{response['status_code']}: {response['content']['n'] + 1} {request['data']['asked']}"}}
"""
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(418, JSON, b'{"n": 41}')) as receiver:
        id = await stage.integrate(f"{receiver.url}/?k=v", script=script)
        await stage.say("what")
        await stage.work()
        (request,) = receiver.requests
        assert request.target == "/?k=v&q=a+b"
        assert (request.header("x-team"), request.body) == ("core", b'{"asked":"what"}')
        assert await stage.texts() == ["what", "418: 42 what"]
        record = await stage.record(id)
        assert [line["text"] for line in record["log"]] == ["preparing out"]
        hooks = ["prepare_outgoing_request", "process_outgoing_response"]
        assert [receipt["hook"] for receipt in record["receipt"]] == hooks
        assert all(receipt["wallUs"] > 0 for receipt in record["receipt"])
        assert record["step"] == "after-process-send-message"
        assert record["processSentMessage"][0]["channel"] == "GENERAL"


async def test_a_prepare_message_is_posted_first_and_may_stand_alone(tmp_path: Path) -> None:
    script = (
        "def prepare_outgoing_request(request):\n    return {'message': {'text': 'by itself', 'channel': '#other'}}"
    )
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        assert receiver.requests == []
        assert await stage.texts(OTHER) == ["by itself"]
        record = await stage.record(id)
        assert steps(record)[-2:] == ["after-prepare-send-message", "after-prepare-no-url_or_method"]
        assert record["finished"]


async def test_a_prepare_message_that_cannot_be_posted_stops_the_request(tmp_path: Path) -> None:
    script = "def prepare_outgoing_request(request):\n    request['message'] = {'text': 'x', 'channel': '#private'}\n    return request"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        assert receiver.requests == []
        assert (record["step"], record["error"]) == ("after-prepare-send-message-failed", True)
        assert "rocket.cat is not in the room" in record["errorStack"]


async def test_a_hook_that_fails_sends_nothing_and_shows_the_authors_line(tmp_path: Path) -> None:
    script = "def prepare_outgoing_request(request):\n    return request['nothing']"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url, script=script, retryFailedCalls=True, retryCount=4)
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        assert receiver.requests == []
        assert (record["step"], record["error"], record["finished"]) == ("after-prepare-no-opts", True, True)
        assert (record["failure"]["line"], record["failure"]["kind"]) == (2, "raised")
        assert "line 2" in record["errorStack"] and "KeyError" in record["errorStack"]
        assert await stage.work() == 0


async def test_a_hook_that_forgets_to_return_is_told(tmp_path: Path) -> None:
    script = "def prepare_outgoing_request(request):\n    request['url'] = 'x'"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        assert "return request" in record["steps"][-1]["hint"]
        assert "error" not in record


async def test_a_script_that_does_not_compile_fails_closed(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url, script="def prepare_outgoing_request(request:")
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        assert receiver.requests == []
        assert (record["step"], record["error"]) == ("execute-script-getting-script", True)


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
        await stage.say("hello")
        await stage.work()
        (row,) = await stage.rows()
        assert 1_000 < row.due - now_ms() <= 2_000
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


class BusyHooks:
    """Cells are free only after so many calls."""

    def __init__(self, busy: int, reason: str = "no cell") -> None:
        self.busy = busy
        self.reason = reason
        self.calls = 0

    async def prepare_outgoing_request(
        self, script: Script, request: JsonObject, *, services: HookServices
    ) -> tuple[PrepareResult, ScriptReport | None]:
        self.calls += 1
        return (Busy(self.reason), None) if self.calls <= self.busy else (PrepareNothing(), None)

    async def process_outgoing_response(
        self, script: Script, request: JsonObject, response: JsonObject, *, services: HookServices
    ) -> tuple[ResponseResult, ScriptReport | None]:
        self.calls += 1
        return (Busy(self.reason), None) if self.calls <= self.busy else (ResponsePost({"text": "at last"}), None)


async def test_a_delivery_without_a_cell_is_put_off_and_counts_as_nothing(tmp_path: Path) -> None:
    script = "def prepare_outgoing_request(request):\n    return None"
    async with staged(tmp_path) as stage:
        id = await stage.integrate("http://127.0.0.1:9/", script=script)
        await stage.say("hello")
        kit = replace(stage.kit, scripts=BusyHooks(1))
        await stage.work(kit)
        (row,) = await stage.rows()
        assert (row.state, row.attempts, row.interruptions, row.prepared) == ("pending", 0, 0, False)
        assert await stage.records(id) == []
        assert await stage.work(kit) == 0
        await stage.end_pauses()
        await stage.work(kit)
        assert (await stage.record(id))["step"] == "after-prepare-no-opts"


async def test_an_answer_waits_for_a_cell_rather_than_being_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "BUSY_MS", 1)
    script = "def process_outgoing_response(request, response):\n    return None"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work(replace(stage.kit, scripts=BusyHooks(5)))
        assert await stage.texts() == ["hello", "at last"]
        assert len(receiver.requests) == 1


async def test_an_answer_that_finds_no_cell_fails_and_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "BUSY_MS", 1)
    monkeypatch.setattr(outgoing, "PATIENCE_SECONDS", 0.05)
    script = "def process_outgoing_response(request, response):\n    return None"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url, script=script, retryFailedCalls=True, retryCount=4)
        await stage.say("hello")
        await stage.work(replace(stage.kit, scripts=BusyHooks(1_000_000)))
        record = await stage.record(id)
        assert (record["state"], record["error"], record["attempt"]) == ("failed", True, 1)
        assert record["errorStack"] == "No cell was free within 0.05 s to run the hook; the request is not sent again."
        assert record["response"]["status_code"] == 200
        assert await stage.work() == 0 and len(receiver.requests) == 1


async def test_an_answer_that_comes_while_the_server_stops_is_left_to_the_next_one(tmp_path: Path) -> None:
    script = "def process_outgoing_response(request, response):\n    return None"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work(replace(stage.kit, scripts=BusyHooks(1_000, "stopping")))
        (row,) = await stage.rows()
        assert (row.state, row.attempts, row.prepared, len(receiver.requests)) == ("pending", 0, True, 1)


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


async def test_requests_of_one_order_go_out_in_the_order_of_their_events(tmp_path: Path) -> None:
    class Slower(BusyHooks):
        """The first takes longest."""

        async def prepare_outgoing_request(
            self, script: Script, request: JsonObject, *, services: object
        ) -> tuple[PrepareResult, ScriptReport | None]:
            url, data = request["url"], request["data"]
            assert isinstance(url, str) and isinstance(data, dict)
            await asyncio.sleep({"one": 0.2, "two": 0.1}.get(str(data["text"]), 0))
            return Prepared(None, PreparedRequest(url, "POST", data=data)), None

    script = "def prepare_outgoing_request(request):\n    return request"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url, script=script)
        for text in ("one", "two", "three", "four"):
            await stage.say(text)
        kit = replace(stage.kit, scripts=Slower(0))
        claims = await stage.claim()
        found = await stage.store.read(get_deliveries, [claim.seq for claim in claims])
        await asyncio.gather(*[outgoing.run(kit, found[claim.seq], claim) for claim in claims])
        said = [json.loads(request.body)["text"] for request in receiver.requests]
        assert said == ["one", "two", "three", "four"]


async def test_those_behind_one_that_finds_no_cell_are_put_off_and_keep_their_places(tmp_path: Path) -> None:
    class FirstFindsNone(BusyHooks):
        async def prepare_outgoing_request(
            self, script: Script, request: JsonObject, *, services: object
        ) -> tuple[PrepareResult, ScriptReport | None]:
            url, data = request["url"], request["data"]
            assert isinstance(url, str) and isinstance(data, dict)
            self.calls += data["text"] == "one"
            if self.calls == 1 and data["text"] == "one":
                return Busy("no cell"), None
            return Prepared(None, PreparedRequest(url, "POST", data=data)), None

    script = "def prepare_outgoing_request(request):\n    return request"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await stage.integrate(receiver.url, script=script)
        for text in ("one", "two", "three"):
            await stage.say(text)
        kit = replace(stage.kit, scripts=FirstFindsNone(0))
        claims = await stage.claim()
        found = await stage.store.read(get_deliveries, [claim.seq for claim in claims])
        await asyncio.gather(*[outgoing.run(kit, found[claim.seq], claim) for claim in claims])
        assert receiver.requests == [] and await stage.work(kit) == 0
        await stage.end_pauses()
        assert await stage.work(kit) == 3
        assert [json.loads(request.body)["text"] for request in receiver.requests] == ["one", "two", "three"]


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
