import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.stages import OTHER, TOKEN, staged
from tests.receiver import Receiver, Response

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
