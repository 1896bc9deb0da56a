"""What receivers and scripts may do to a delivery with values that are more than ordinary ones."""

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from structlog.testing import capture_logs

from engine import sending
from engine.bounded_json import read_json
from engine.http import MAX_ANSWER
from engine.model.json import JsonObject, JsonValue
from engine.model.runs import PrepareResult, ResponseDone, ResponseResult, ScriptReport
from engine.scripts import HookServices, Script
from engine.threads import MAX_ON_LOOP
from tests.engine.stages import staged
from tests.receiver import Receiver, Response

pytestmark = pytest.mark.anyio

JSON = (("content-type", "application/json"),)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_text_that_would_be_very_deep_json_is_sent_and_shown_as_text(tmp_path: Path) -> None:
    script = (
        "def prepare_outgoing_request(request):\n    request['data'] = '[' * 900 + ']' * 900\n    return request\n"
        "def process_outgoing_response(request, response):\n    return f\"{len(request['data'])} characters\"\n"
    )
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        assert [len(request.body) for request in receiver.requests] == [1800]
        record = await stage.record(id)
        assert record["httpCallData"] == "[" * 900 + "]" * 900 and record["state"] == "finished"
        assert await stage.texts() == ["hello", "1800 characters"]


@pytest.mark.parametrize("levels", [65, 300, 900])
async def test_an_answer_that_is_very_deep_is_text_to_the_script_and_asked_for_once(
    tmp_path: Path, levels: int
) -> None:
    script = "def process_outgoing_response(request, response):\n    return f\"{response['content'][:3]}\"\n"
    deep = b"[" * levels + b"]" * levels
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, JSON, deep)) as receiver:
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        assert await stage.texts() == ["hello", "[[["]
        assert len(receiver.requests) == 1
        assert (await stage.record(id))["httpResult"] == json.dumps(deep.decode())


async def test_an_answer_of_very_many_objects_is_text_to_the_script(tmp_path: Path) -> None:
    script = "def process_outgoing_response(request, response):\n    return f\"{response['content'][:5]}\"\n"
    many = b"[" + b"{}," * 60_000 + b"{}]"
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, JSON, many)) as receiver:
        await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        assert await stage.texts() == ["hello", "[{},{"]


async def test_an_answer_too_large_for_a_cell_fails_the_delivery_and_is_asked_for_once(tmp_path: Path) -> None:
    script = "def process_outgoing_response(request, response):\n    return 'called'\n"
    body = b"\x01" * 1_000_000
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, (), body)) as receiver:
        id = await stage.integrate(receiver.url, script=script, retryFailedCalls=True, retryCount=4)
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        assert (record["state"], record["failure"]["kind"], len(receiver.requests)) == ("failed", "bad-arguments", 1)
        assert "more than a cell takes" in record["failure"]["message"]
        assert await stage.texts() == ["hello"]


class BrokenHooks:
    """Scripts that fail as none should: by an exception, or with a report that cannot be stored."""

    def __init__(self, *, raises: bool) -> None:
        self.raises = raises

    async def prepare_outgoing_request(
        self, script: Script, request: JsonObject, *, services: HookServices
    ) -> tuple[PrepareResult, ScriptReport | None]:
        raise AssertionError("not defined")

    async def process_outgoing_response(
        self, script: Script, request: JsonObject, response: JsonObject, *, services: HookServices
    ) -> tuple[ResponseResult, ScriptReport | None]:
        if self.raises:
            raise RuntimeError("words for the log")
        return ResponseDone(), ScriptReport("process_outgoing_response", {"wallUs": cast(int, object())}, (), None)


@pytest.mark.parametrize("raises", [True, False])
async def test_a_defect_after_the_request_went_out_ends_the_delivery(tmp_path: Path, raises: bool) -> None:
    script = "def process_outgoing_response(request, response):\n    return False\n"
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url, script=script, retryFailedCalls=True, retryCount=4)
        await stage.say("hello")
        with capture_logs() as logs:
            await stage.work(replace(stage.kit, scripts=BrokenHooks(raises=raises)))
        assert [line["log_level"] for line in logs] == ["error"]
        record = await stage.record(id)
        assert (record["step"], record["state"], record["error"]) == ("unexpected-error", "failed", True)
        assert record["errorStack"].endswith("its log says how.") and "words" not in record["errorStack"]
        assert record["response"]["status_code"] == 200
        assert await stage.work() == 0 and len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("application/json", b'{"text": "' + b"x" * MAX_ANSWER + b'"}', "it has more than 2,097,152 bytes"),
        (
            "application/json",
            b'{"text": "hello", "more": ' + b"[" * 100 + b"]" * 100 + b"}",
            "it is no JSON that is read",
        ),
        ("application/json", b'{"text": "hello"', "it is no JSON that is read"),
        ("application/json", b" ", None),
        ("application/json", b'{"ok": true}', None),
        ("application/json", b'"hello"', None),
        ("text/plain", b'{"text": "hello"', None),
    ],
)
async def test_an_answer_that_is_not_read_is_a_step(tmp_path: Path, kind: str, body: bytes, why: str | None) -> None:
    answer = Response(200, (("content-type", kind),), body)
    async with staged(tmp_path) as stage, Receiver(lambda _: answer) as receiver:
        id = await stage.integrate(receiver.url)
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        last = record["steps"][-1]
        assert record["state"] == "finished" and await stage.texts() == ["hello"]
        assert last["name"] == ("after-http-call" if why is None else "answer-not-read")
        assert why is None or last["because"].startswith(why)


async def test_a_large_answer_is_read_off_the_event_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []

    def told(text: str | bytes) -> JsonValue:
        if len(text) > MAX_ON_LOOP:
            threads.append(threading.get_ident())
        return read_json(text)

    monkeypatch.setattr(sending, "read_json", told)
    script = "def process_outgoing_response(request, response):\n    return f\"{len(response['content'])}\"\n"
    many = json.dumps([{"n": n} for n in range(10_000)]).encode()
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, JSON, many)) as receiver:
        await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        assert await stage.texts() == ["hello", "10000"]
    assert threads and threading.get_ident() not in threads
