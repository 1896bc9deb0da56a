"""A delivery with services: secrets in its request at each attempt and nowhere else, its store committed with its end."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from engine.packing import unpack
from engine.redaction import REFERENCE
from engine.secrets import ANYONE
from engine.services import LocalWriters
from engine.store.connections import json_value
from engine.store.secrets import StoredSecret, put_secret, remove_secret
from engine.store.values import list_values
from tests.engine.http.network import conversing
from tests.engine.stages import Stage, staged
from tests.receiver import Received, Receiver, Response

pytestmark = pytest.mark.anyio

VALUE, NEXT = "first-value-of-it", "second/value+of=it"
SCRIPT = """
from hookcell import secrets, store

def prepare_outgoing_request(request):
    store.add("prepared")
    token = secrets.ref("api")
    request["headers"]["X-Key"] = token
    request["url"] += "?key=" + token
    request["data"] = {"token": token, "text": request["data"]["text"]}
    if "basic" in request["data"]["text"]:
        request["auth"] = ["me", token]
    if "fail" in request["data"]["text"]:
        raise ValueError("no")
    return request

def process_outgoing_response(request, response):
    store.add("answered")
    store.set("seen", [request["headers"]["X-Key"][:11], response["content_raw"], response["headers"].get("x-echo")])
    if response["status_code"] == 418:
        raise ValueError("tea")
    return None
"""
RETRIES = {"retryFailedCalls": True, "retryCount": 3, "retryDelay": "powers-of-ten"}


async def set_secret(stage: Stage, value: str, host: str = "127.0.0.1") -> None:
    vault = stage.kit.services.vault
    sealed = vault.cipher.seal(ANYONE, "api", value)
    secret = StoredSecret(ANYONE, "api", sealed, (host,), ("header", "query", "body"), 0, 0, "admin")
    await stage.store.write(put_secret, secret, 100)
    vault.forget()


async def kept(stage: Stage, id: str) -> dict[str, Any]:
    return {value.key: json_value(value.text) for value in await stage.store.read(list_values, id, 0)}


async def test_each_attempt_puts_in_the_value_of_now_and_stores_none(tmp_path: Path) -> None:
    answers = iter([503, 200])
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(next(answers))) as receiver:
        await set_secret(stage, VALUE)
        id = await stage.integrate(receiver.url + "/hook", script=SCRIPT, **RETRIES)
        await stage.say("basic")
        await stage.work()
        (row,) = await stage.rows()
        stored = json.dumps(unpack(row.request)) + json.dumps(unpack(row.trace))
        assert VALUE not in stored and REFERENCE.search(json.dumps(unpack(row.request)))
        assert not REFERENCE.search(json.dumps(unpack(row.trace)))
        await set_secret(stage, NEXT)
        await stage.set_rows(due=0)
        await stage.work()
        one, two = receiver.requests
        assert one.target == f"/hook?key={VALUE}" and two.target == "/hook?key=second%2Fvalue%2Bof%3Dit"
        assert (one.header("x-key"), two.header("x-key")) == (VALUE, NEXT)
        assert (json.loads(one.body)["token"], json.loads(two.body)["token"]) == (VALUE, NEXT)
        assert one.header("authorization") == "Basic bWU6Zmlyc3QtdmFsdWUtb2YtaXQ="
        assert one.header("idempotency-key") == two.header("idempotency-key")
        assert await kept(stage, id) == {"prepared": 1, "answered": 2, "seen": ["hookcellref", "", None]}
        (row,) = await stage.rows()
        records = json.dumps(await stage.records(id))
        for shown in (records, json.dumps(unpack(row.request)), json.dumps(unpack(row.trace))):
            assert VALUE not in shown and NEXT not in shown and "hookcellref" not in shown.replace('["hookcellref"', "")
            assert "c2Vjb25kL3ZhbHVlK29mPW" not in shown and "Zmlyc3QtdmFsdWUtb2YtaX" not in shown


async def test_an_answer_that_echoes_the_value_shows_it_to_nobody(tmp_path: Path) -> None:
    def echo(request: Received) -> Response:
        key = request.header("x-key") or ""
        headers = (("X-Echo", key), ("Content-Type", "text/plain"), (key, "as a name"))
        return Response(200, headers, f"key={key}".encode())

    async with staged(tmp_path) as stage, Receiver(echo) as receiver:
        await set_secret(stage, VALUE)
        script = SCRIPT.replace(
            "    if response[", '    store.set("name", response["headers"].get("***"))\n    if response['
        )
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        seen = await kept(stage, id)
        assert (seen["seen"], seen["name"]) == (["hookcellref", "key=***", "***"], "as a name")
        record = await stage.record(id)
        assert VALUE not in json.dumps(record) and "key=***" in record["httpResult"]
        (step,) = [step for step in record["steps"] if step["name"].endswith("after-running-process_outgoing_response")]
        assert step["services"] == {"store": {"reads": 0, "writes": 3}}


async def test_a_peer_that_sends_the_value_back_in_no_answer_shows_it_to_nobody(tmp_path: Path) -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 " + VALUE.encode() + b"\r\n\r\n")

    async with staged(tmp_path) as stage, conversing(converse) as port:
        await set_secret(stage, VALUE)
        script = SCRIPT.replace('response["content_raw"]', 'response["error"]["message"]')
        id = await stage.integrate(f"http://127.0.0.1:{port}", script=script)
        await stage.say("hello")
        await stage.work()
        said = f"what http://127.0.0.1:{port} sent is not HTTP: illegal status line: HTTP/1.1 ***"
        assert (await kept(stage, id))["seen"] == ["hookcellref", said, None]
        record = await stage.record(id)
        assert record["httpError"]["message"] == said and VALUE not in json.dumps(record)


@pytest.mark.parametrize("value", ['pass"word1234', "abcd/efghijkl", "Zürich-secret-1"])
async def test_an_answer_that_echoes_the_body_shows_it_to_nobody(tmp_path: Path, value: str) -> None:
    def echo(request: Received) -> Response:
        said = json.dumps({"b": request.body.decode()}).replace("/", "\\/")
        return Response(200, (("Content-Type", "application/json"),), said.encode())

    async with staged(tmp_path) as stage, Receiver(echo) as receiver:
        await set_secret(stage, value)
        script = SCRIPT.replace('    request["headers"]["X-Key"] = token\n', "").replace(
            'request["headers"]["X-Key"][:11]', 'response["content"]["b"]'
        )
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        assert json.loads(receiver.requests[0].body)["token"] == value
        inner, raw, _ = (await kept(stage, id))["seen"]
        assert json.loads(inner)["token"] == json.loads(json.loads(raw)["b"])["token"] == "***"
        told = json.dumps(await stage.record(id), ensure_ascii=False)
        assert value not in told and json.dumps(value)[1:-1] not in told


async def test_a_host_it_is_not_for_gets_no_request_and_the_trace_says_what_to_add(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await set_secret(stage, VALUE, "api.example")
        id = await stage.integrate(receiver.url, script=SCRIPT, **RETRIES)
        await stage.say("hello")
        await stage.work()
        record = await stage.record(id)
        assert receiver.requests == [] and record["httpError"]["kind"] == "refused-by-policy"
        assert "add 127.0.0.1 to its hosts" in record["httpError"]["message"]
        assert record["finished"] and record["error"]


async def test_a_secret_that_is_removed_stops_what_waits_for_a_retry(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(503)) as receiver:
        await set_secret(stage, VALUE)
        id = await stage.integrate(receiver.url, script=SCRIPT, **RETRIES)
        await stage.say("hello")
        await stage.work()
        await stage.store.write(remove_secret, ANYONE, "api")
        stage.kit.services.vault.forget()
        await stage.set_rows(due=0)
        await stage.work()
        assert len(receiver.requests) == 1
        record = (await stage.records(id))[0]
        assert "the secret api is not there any more" in record["httpError"]["message"]


async def test_a_hook_that_fails_leaves_nothing_and_lets_others_go_on(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(418)) as receiver:
        await set_secret(stage, VALUE)
        id = await stage.integrate(receiver.url, script=SCRIPT)
        await stage.say("fail")
        await stage.work()
        assert await kept(stage, id) == {}
        await stage.say("hello")
        await stage.work()
        # what prepare wrote was committed with the request; what the answer's hook wrote is not
        assert await kept(stage, id) == {"prepared": 1}
        writers = stage.kit.services.writers
        assert isinstance(writers, LocalWriters) and len(writers.locks) == 0 and writers.growing == {}


async def test_a_reference_typed_into_a_message_is_text(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, Receiver() as receiver:
        await set_secret(stage, VALUE)
        await stage.integrate(receiver.url, script=SCRIPT)
        typed = "hookcellref" + "0" * 32
        await stage.say(f"give me {typed}")
        await stage.work()
        assert json.loads(receiver.requests[0].body)["text"] == f"give me {typed}"
