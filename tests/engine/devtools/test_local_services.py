"""http, store and secrets in the terminal: `run` and the REPL have all of them, under the server's own limits."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.devtools import Fixture, FixtureMeta
from engine.devtools.files import FixtureError
from engine.devtools.local_services import LocalHost, read_store
from engine.devtools.opening import open_script
from engine.devtools.recordings import Exchange
from engine.devtools.repl import Repl
from engine.devtools.runner import Runner
from engine.http import Answer, EgressPolicy, GuardedClient, HttpError
from engine.model.json import JsonObject
from engine.secrets import Secret, SecretRules
from tests.engine.devtools.local import Local, printer
from tests.engine.http.network import Names, conversing, system_tls
from tests.receiver import Received, Receiver, Response

SCRIPT = """
from hookcell import http, secrets, store
def process_incoming(request):
    count = store.add("count")
    try:
        answer = http.get("https://api.example/x", headers={"X-Key": secrets.ref("api")})
    except http.Error as error:
        return f"{error.reason}: {error}"
    if request["content"].get("fail"):
        raise ValueError(secrets.ref("api"))
    print("asked with", secrets.ref("api"))
    return f"{count} {answer.text} {secrets.ref('api')}"
"""
OUTGOING = """
from hookcell import secrets
def prepare_outgoing_request(request):
    request["headers"] = {"Authorization": "Bearer " + secrets.ref("api")}
    request["auth"] = None if request["data"].get("plain") else ("me", secrets.ref("api"))
    return request
"""
ANSWER = Answer(200, (), b"found", False, "", 0)
FIXTURE = Fixture(
    "event",
    b"{}",
    FixtureMeta(secrets={"api": "the value"}),
    exchanges=(Exchange("GET", "https://api.example/x", None, ANSWER),),
)


def texts(messages: Sequence[JsonObject]) -> list[Any]:
    return [message["text"] for message in messages]


def test_a_run_is_answered_from_its_recording_and_shows_no_reference(local: Local) -> None:
    ran = local.ran(SCRIPT, FIXTURE)
    assert texts(ran.messages) == ["1 found ***"] and ran.reports[0].log[0]["text"] == "asked with ***"
    assert ran.asked == ("http GET https://api.example:443 200", "store 0 read, 1 written", "secret api")


def test_what_is_not_recorded_says_how_to_record_it(local: Local) -> None:
    ran = local.ran(SCRIPT, replace(FIXTURE, exchanges=()))
    (text,) = texts(ran.messages)
    assert text == "connect: no answer is recorded for GET https://api.example/x; run once with --record"


def test_hosts_that_are_written_down_are_held_to(local: Local) -> None:
    secret = Secret("api", "the value", SecretRules(("other.example",), ("header",)))
    host = LocalHost({"api": secret}, environment={})
    fixture = replace(FIXTURE, meta=FixtureMeta())
    ran = local.do(Runner(local.scripts, host).run(local.open(SCRIPT), fixture))
    (text,) = texts(ran.messages)
    assert "may not be sent to api.example; to allow it, add api.example to its hosts" in str(text)


def test_the_store_lasts_as_long_as_the_tool_and_a_run_that_fails_leaves_nothing(local: Local) -> None:
    host, subject = LocalHost(environment={}), local.open(SCRIPT)
    runner = Runner(local.scripts, host)
    first = local.do(runner.run(subject, FIXTURE))
    failed = local.do(runner.run(subject, replace(FIXTURE, payload=b'{"fail": true}')))
    second = local.do(runner.run(subject, FIXTURE))
    assert texts(first.messages) + texts(second.messages) == ["1 found ***", "2 found ***"]
    assert failed.failure is not None and failed.failure.message == "ValueError: ***"


def test_an_outgoing_request_shows_where_its_secrets_are(local: Local) -> None:
    for payload, shown in ((b'{"plain": true}', "Bearer ***"), (b"{}", "Basic ***")):
        ran = local.ran(OUTGOING, replace(FIXTURE, payload=payload))
        assert ran.request is not None
        assert {**ran.request["headers"]}["Authorization"] == shown  # type: ignore[dict-item]


def test_live_calls_go_out_and_are_recorded_without_values(local: Local, tmp_path: Path) -> None:
    def echo(request: Received) -> Response:
        return Response(
            200, (("Content-Type", "application/json"),), json.dumps({"k": request.header("x-key")}).encode()
        )

    async def live() -> tuple[list[Any], list[Exchange]]:
        async with Receiver(echo) as receiver:
            script = SCRIPT.replace("https://api.example/x", receiver.url + "/x")
            client = GuardedClient(EgressPolicy.parse("127.0.0.1"), resolver=Names(), ssl_context=system_tls())
            secret = Secret("api", "the value", SecretRules(("127.0.0.1",), ("header",)))
            host = LocalHost({"api": secret}, client=client, environment={})
            subject = await open_script(local.scripts, script, file=Path("mine.py"))
            ran = await Runner(local.scripts, host).run(subject, replace(FIXTURE, meta=FixtureMeta(), exchanges=()))
            await client.close()
            assert receiver.requests[0].header("x-key") == "the value"
            return texts(ran.messages), host.recorded

    said, recorded = local.do(live())
    assert said == ['1 {"k": "***"} ***']
    (exchange,) = recorded
    assert isinstance(exchange.reply, Answer) and b"the value" not in exchange.reply.content


def test_what_went_wrong_is_recorded_without_values_too(local: Local) -> None:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"the value\r\n\r\n")

    async def live() -> list[Exchange]:
        async with conversing(converse) as port:
            script = SCRIPT.replace("https://api.example/x", f"http://127.0.0.1:{port}/x")
            client = GuardedClient(EgressPolicy.parse("127.0.0.1"), resolver=Names(), ssl_context=system_tls())
            secret = Secret("api", "the value", SecretRules(("127.0.0.1",), ("header",)))
            host = LocalHost({"api": secret}, client=client, environment={})
            subject = await open_script(local.scripts, script, file=Path("mine.py"))
            await Runner(local.scripts, host).run(subject, replace(FIXTURE, meta=FixtureMeta(), exchanges=()))
            await client.close()
            return host.recorded

    (exchange,) = local.do(live())
    assert isinstance(exchange.reply, HttpError) and exchange.reply.message.endswith("illegal status line: ***")


def test_a_session_asks_once_for_what_its_inputs_need(local: Local, tmp_path: Path) -> None:
    show, printed = printer()
    host = LocalHost(environment={"HOOKCELL_SECRET_API": "the value"})
    session = Repl(Runner(local.scripts, host), show)
    local.do(session.start())
    lines = [
        "from hookcell import store, secrets",
        "store.add('n')",
        "store.add('n')",
        "store.add('n'), 1 / 0",
        "store.get('n')",
        "len(secrets.ref('api'))",
        "print('the value')",
        "'the value'",
    ]
    for line in lines:
        local.do(session.feed(line))
    said = printed.getvalue().splitlines()
    assert said[:2] == ["1", "2"] and "ZeroDivisionError" in printed.getvalue()
    assert said[-4:] == ["2", "43", "***", "'***'"]
    assert "the value" not in printed.getvalue()


def test_a_hook_that_was_typed_goes_on_with_the_sessions_store(local: Local) -> None:
    show, printed = printer()
    session = Repl(Runner(local.scripts, LocalHost(environment={})), show)
    local.do(session.start())
    for line in (
        "from hookcell import store",
        "store.add('n')",
        "def process_incoming(r): return str(store.add('n'))",
        "",
    ):
        local.do(session.feed(line))
    local.do(session.feed(":run"))
    local.do(session.feed(":run"))
    local.do(session.feed("store.get('n')"))
    assert [line for line in printed.getvalue().splitlines() if line.strip().isdigit()] == ["1", "  2", "  3", "3"]


def test_a_store_begins_with_what_a_file_says(local: Local, tmp_path: Path) -> None:
    file = tmp_path / "store.json"
    file.write_text('{"count": 41}')
    host = LocalHost(values=read_store(file), environment={})
    ran = local.do(Runner(local.scripts, host).run(local.open(SCRIPT), FIXTURE))
    assert texts(ran.messages) == ["42 found ***"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "must be a JSON object"),
        (json.dumps({"k" * 200: 1}), "a key has 1 to 128 bytes"),
        (json.dumps({"k": "x" * 70_000}), "a value at most 64 KiB"),
        (json.dumps({f"k{number}": 1 for number in range(257)}), "at most 256 keys and 1024 KiB"),
    ],
)
def test_a_file_that_is_no_store_says_why(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "store.json"
    file.write_text(content)
    with pytest.raises(FixtureError, match=message):
        read_store(file)
