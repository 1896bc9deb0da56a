"""What a hook may call: through the guarded client, so many calls of so much, and no secret comes back."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any, cast

import pytest

from engine.http import EgressPolicy
from engine.model.json import JsonObject
from engine.scripts import ServiceError
from engine.services.http import MAX_KEPT
from tests.engine.http.network import conversing
from tests.engine.services.runs import desk, refusal
from tests.receiver import Received, Receiver, Response

pytestmark = pytest.mark.anyio
VALUE = "s3cr3t/välue+of=it"


def question(url: str, **asked: Any) -> JsonObject:
    return {"method": "GET", "url": url, "timeout": 5, **asked}


async def test_the_answer_has_its_status_headers_text_and_url(tmp_path: Path) -> None:
    def answer(_: Received) -> Response:
        headers = (("Content-Type", "text/plain; charset=latin1"), ("X-A", "1"), ("X-A", "2"))
        return Response(404, headers, "né".encode("latin-1"))

    async with Receiver(answer) as receiver, desk(tmp_path) as at:
        run = await at.open()
        got = cast(
            JsonObject,
            await run.ask("http", "request", question(receiver.url + "/a", params={"b": ["1", 2], "c": True})),
        )
        assert (got["status_code"], got["text"], got["url"]) == (404, "né", f"{receiver.url}/a?b=1&b=2&c=true")
        assert cast(JsonObject, got["headers"])["x-a"] == "1, 2"
        did = cast(Any, run.did())["services"]["http"]
        assert [(call["method"], call["host"], call["status"]) for call in did] == [("GET", receiver.url, 404)]


@pytest.mark.parametrize(
    ("asked", "kind", "body"),
    [
        ({"json": {"a": [1, "ü"]}}, "application/json", '{"a":[1,"ü"]}'.encode()),
        ({"data": {"a": "b c", "d": [1, 2]}}, "application/x-www-form-urlencoded", b"a=b+c&d=1&d=2"),
        ({"data": "as it is"}, None, b"as it is"),
        ({"data": "<a/>", "headers": {"content-type": "text/xml"}}, "text/xml", b"<a/>"),
        ({}, None, b""),
    ],
)
async def test_a_body_is_sent_as_httpx_users_expect(tmp_path: Path, asked: Any, kind: str | None, body: bytes) -> None:
    async with Receiver() as receiver, desk(tmp_path) as at:
        run = await at.open()
        await run.ask("http", "request", question(receiver.url, **{"method": "POST", **asked}))
    assert (receiver.requests[0].header("content-type"), receiver.requests[0].body) == (kind, body)


async def test_writes_have_a_key_of_run_hook_and_number_and_reads_have_none(tmp_path: Path) -> None:
    async with Receiver() as receiver, desk(tmp_path) as at:
        run = await at.open(hook="prepare")
        for method in ("GET", "post", "DELETE", "HEAD"):
            await run.ask("http", "request", question(receiver.url, method=method))
        run.begin("response", 5)
        await run.ask("http", "request", question(receiver.url, method="PUT"))
        await run.ask("http", "request", question(receiver.url, method="PUT", headers={"Idempotency-Key": "own"}))
    keys = [request.header("idempotency-key") for request in receiver.requests]
    assert keys == [None, "run1-prepare-2", "run1-prepare-3", None, "run1-response-1", "own"]


async def test_twenty_calls_a_hook_and_a_mebibyte_each(tmp_path: Path) -> None:
    def answer(request: Received) -> Response:
        return Response(body=b"x" * (1024 * 1024 + (request.target == "/over")))

    async with Receiver(answer) as receiver, desk(tmp_path) as at:
        run = await at.open()
        whole = cast(JsonObject, await run.ask("http", "request", question(receiver.url)))
        assert len(cast(str, whole["text"])) == 1024 * 1024
        error = await refusal(run, "http", "request", **question(receiver.url + "/over"))
        assert (error.kind, error.fields) == ("http.Error", {"reason": "too-large"})
        error = await refusal(run, "http", "request", **question(receiver.url, method="POST", data="x" * 1024 * 1025))
        assert error.fields == {"reason": "too-large"}
        for _ in range(18):
            await run.ask("http", "request", question(receiver.url + "/over", method="HEAD"))
        error = await refusal(run, "http", "request", **question(receiver.url))
        assert error.fields == {"reason": "too-many"} and "20 calls" in error.message
        run.begin("next hook", 5)
        await run.ask("http", "request", question(receiver.url))
    assert len(receiver.requests) == 21


async def test_a_call_ends_with_its_own_time_or_the_hooks(tmp_path: Path) -> None:
    async with Receiver(lambda _: Response(delay=30)) as receiver, desk(tmp_path) as at:
        for seconds, timeout in ((5, 0.02), (0.15, 10)):
            run = await at.open(seconds=seconds)
            error = await refusal(run, "http", "request", **question(receiver.url, timeout=timeout))
            assert error.fields == {"reason": "timeout"}
        run = await at.open(seconds=0.01)
        error = await refusal(run, "http", "request", **question(receiver.url))
        assert error.message == "the call has no time left"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1/", "connect"),
        ("http://nowhere.example/", "connect"),
        ("http://10.0.0.1/", "refused-by-policy"),
        ("http://169.254.169.254/", "refused-by-policy"),
    ],
)
async def test_why_no_answer_came(tmp_path: Path, url: str, reason: str) -> None:
    async with desk(tmp_path, policy=EgressPolicy.parse("127.0.0.1")) as at:
        run = await at.open()
        error = await refusal(run, "http", "request", **question(url))
        assert (error.kind, error.fields) == ("http.Error", {"reason": reason})
        assert "error" in cast(Any, run.did())["services"]["http"][0]


@pytest.mark.parametrize(
    ("asked", "kind", "message"),
    [
        ({"url": 7}, "TypeError", "url must be text, not the number 7"),
        ({"url": "ftp://h/"}, "ValueError", "it must begin with http:// or https://"),
        ({"method": "A B"}, "ValueError", "is no method to call with"),
        ({"headers": ["a"]}, "TypeError", "headers must be a dict, not a list"),
        ({"headers": {"a": None}}, "TypeError", "headers['a'] must be text or a number, not None"),
        ({"headers": {"Host": "x"}}, "ValueError", "the header Host is set by hookcell"),
        ({"auth": ["only"]}, "TypeError", "auth must be (user, password)"),
        ({"json": 1, "data": "x"}, "TypeError", "give json or data, not both"),
        ({"data": [1]}, "TypeError", "data must be text or a dict, not a list; give a list as json"),
        ({"timeout": 0}, "ValueError", "timeout is seconds, more than 0"),
        ({"timeout": "5"}, "TypeError", "timeout must be a number, not text"),
    ],
)
async def test_what_was_written_wrong_is_said(tmp_path: Path, asked: Any, kind: str, message: str) -> None:
    async with desk(tmp_path) as at:
        error = await refusal(await at.open(), "http", "request", **{**question("http://127.0.0.1:1/"), **asked})
        assert error.kind == kind and message in error.message


async def test_one_that_waits_keeps_no_other_waiting(tmp_path: Path) -> None:
    async def slow(request: Received) -> Response:
        if request.target == "/slow":
            await release.wait()
        return Response()

    release = asyncio.Event()
    async with Receiver(slow) as receiver, desk(tmp_path) as at:
        waiting = asyncio.create_task((await at.open()).ask("http", "request", question(receiver.url + "/slow")))
        await receiver.received(1)
        runs = [await at.open() for _ in range(5)]
        await asyncio.gather(*[run.ask("http", "request", question(receiver.url)) for run in runs])
        assert not waiting.done()
        release.set()
        await waiting


async def test_integrations_that_wait_for_a_receiver_keep_no_other_waiting_for_it(tmp_path: Path) -> None:
    async def slow(request: Received) -> Response:
        if request.target == "/slow":
            await release.wait()
        return Response()

    release = asyncio.Event()
    async with Receiver(slow) as receiver, desk(tmp_path) as at:
        asked = question(receiver.url + "/slow")
        runs = [await at.open(id) for id in ("first", "second") for _ in range(10)]
        waiting = [asyncio.create_task(run.ask("http", "request", asked)) for run in runs]
        await receiver.received(16)
        answer = await (await at.open("third")).ask("http", "request", question(receiver.url))
        assert cast(Any, answer)["status_code"] == 200
        error = await refusal(await at.open("first"), "http", "request", **{**asked, "timeout": 0.05})
        assert error.fields == {"reason": "timeout"} and f"8 requests to {receiver.url} are under way" in error.message
        release.set()
        await asyncio.gather(*waiting)


async def test_a_name_of_a_header_shows_no_secret(tmp_path: Path) -> None:
    def echo(request: Received) -> Response:
        return Response(200, ((f"x-{request.header('x-key')}", "1"),), b"")

    async with Receiver(echo) as receiver, desk(tmp_path) as at:
        await at.secret("key", "0123456789abcdef", "127.0.0.1")
        run = await at.open()
        reference = await run.ask("secrets", "ref", {"name": "key"})
        answer = await run.ask("http", "request", question(receiver.url, headers={"X-Key": reference}))
        assert cast(Any, answer)["headers"]["x-***"] == "1"


@pytest.mark.parametrize(
    "line", ["HTTP/1.1 {}", "{}", "HTTP/1.1 200 OK\r\n{} {}", "HTTP/1.1 302 Found\r\nLocation: http://{}.x/"]
)
async def test_what_a_peer_sends_that_is_no_answer_shows_no_secret_either(tmp_path: Path, line: str) -> None:
    value = "the-välue'of-it" if "302" not in line else "the-value-of-it"

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(line.format(value, value).encode() + b"\r\n\r\n")

    async with conversing(converse) as port, desk(tmp_path) as at:
        await at.secret("key", value, "127.0.0.1")
        run = await at.open()
        asked = question(
            f"http://127.0.0.1:{port}", headers={"X-Key": await run.ask("secrets", "ref", {"name": "key"})}
        )
        error = await refusal(run, "http", "request", **asked)
        assert error.kind == "http.Error" and "***" in error.message and value not in error.message
        assert value not in json.dumps(run.did(), ensure_ascii=False)


async def test_a_secret_is_sent_where_it_may_go_and_comes_back_from_nobody(tmp_path: Path) -> None:
    def echo(request: Received) -> Response:
        key = request.header("x-key") or ""
        said = {
            "plain": key,
            "base64": base64.b64encode(f"user:{key}".encode()).decode(),
            "hex": key.encode().hex(),
            "escaped": key,
            key: "as a key",
        }
        return Response(200, (("Content-Type", "application/json"), ("X-Echo", "k3y/of-it")), json.dumps(said).encode())

    async with Receiver(echo) as receiver, desk(tmp_path) as at:
        await at.secret("jira", VALUE, "127.0.0.1")
        await at.secret("other", "k3y/of-it", uses=("verify",))
        run = await at.open()
        reference = cast(str, await run.ask("secrets", "ref", {"name": "jira"}))
        answer = cast(Any, await run.ask("http", "request", question(receiver.url, headers={"X-Key": reference})))
        assert receiver.requests[0].header("x-key") == VALUE
        told = json.dumps(answer, ensure_ascii=False)
        for spelling in (VALUE, VALUE.encode().hex(), base64.b64encode(VALUE.encode()).decode()[:-2], "k3y/of-it"):
            assert spelling not in told
        assert answer["headers"]["x-echo"] == "***" and json.loads(answer["text"])["plain"] == "***"
        assert cast(Any, run.did())["services"]["secrets"] == ["jira"]


# each alone: with several, one that is found would show the others, too
@pytest.mark.parametrize("value", ['pass"word1234', "abcd/efghijkl", "Zürich-secret-1", "two\nlines of it"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
async def test_a_host_that_answers_with_the_body_tells_nothing_to_who_reads_its_json(
    tmp_path: Path, value: str, kind: str
) -> None:
    def echo(request: Received) -> Response:
        said = json.dumps({"b": request.body.decode(), "c": "\n" * 3}).replace("/", "\\/")
        return Response(200, (("Content-Type", kind),), said.encode())

    async with Receiver(echo) as receiver, desk(tmp_path) as at:
        await at.secret("a", value, "127.0.0.1", uses=("body",))
        run = await at.open()
        reference = await run.ask("secrets", "ref", {"name": "a"})
        asked = question(receiver.url, method="POST", json={"password": reference})
        answer = cast(Any, await run.ask("http", "request", asked))
        assert json.loads(receiver.requests[0].body) == {"password": value}
        said = json.loads(answer["text"])
        assert json.loads(said["b"]) == {"password": "***"} and said["c"] == "\n" * 3
        kept = json.dumps(cast(Any, run.did())["services"]["http"], ensure_ascii=False)
        assert value not in kept and json.dumps(value)[1:-1] not in kept


async def test_a_reference_of_one_run_means_nothing_in_another_and_data_cannot_make_one(tmp_path: Path) -> None:
    async with Receiver() as receiver, desk(tmp_path) as at:
        await at.secret("jira", VALUE, "127.0.0.1")
        one, two = await at.open(), await at.open()
        reference = cast(str, await one.ask("secrets", "ref", {"name": "jira"}))
        assert reference == await one.ask("secrets", "ref", {"name": "jira"})
        assert reference != await two.ask("secrets", "ref", {"name": "jira"})
        await two.ask("http", "request", question(receiver.url, headers={"X-Key": reference}))
    assert receiver.requests[0].header("x-key") == reference


async def test_a_host_that_a_secret_is_not_for_ends_the_call_with_what_to_add(tmp_path: Path) -> None:
    async with Receiver() as receiver, desk(tmp_path) as at:
        await at.secret("jira", VALUE, "jira.example")
        run = await at.open()
        reference = await run.ask("secrets", "ref", {"name": "jira"})
        error = await refusal(run, "http", "request", **question(receiver.url, auth=["me", reference]))
        assert error.fields == {"reason": "refused-by-policy"} and "add 127.0.0.1 to its hosts" in error.message
    assert receiver.requests == []


async def test_a_body_of_references_is_as_large_as_a_body_may_be_with_their_values(tmp_path: Path) -> None:
    async with Receiver() as receiver, desk(tmp_path) as at:
        await at.secret("big", "x" * 16 * 1024, "127.0.0.1", uses=("body",))
        run = await at.open()
        reference = cast(str, await run.ask("secrets", "ref", {"name": "big"}))
        asked = question(receiver.url, method="POST", data=reference * 65)
        error = await refusal(run, "http", "request", **asked)
        assert error.kind == "ValueError" and "its body has 1,064,960 bytes; at most 1,048,576" in error.message
        await run.ask("http", "request", asked | {"data": reference * 64})
    assert [len(request.body) for request in receiver.requests] == [1024 * 1024]


async def test_there_are_no_other_services_and_verbs(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        run = await at.open()
        for service, verb in (("files", "read"), ("http", "listen"), ("secrets", "get")):
            assert "there is no" in (await refusal(run, service, verb)).message


async def test_a_call_is_kept_for_a_replay_as_far_as_there_is_room_and_without_tokens(tmp_path: Path) -> None:
    def answer(request: Received) -> Response:
        if request.target == "/large":
            return Response(200, (), b"x" * (MAX_KEPT + 1))
        if request.target == "/half":
            return Response(200, (), b"x" * (MAX_KEPT // 2))
        return Response(200, (("Content-Type", "application/json"),), b'{"id": 7, "access_token": "abc"}')

    async with Receiver(answer) as receiver, desk(tmp_path) as at:
        run = await at.open()
        for path in ("/large", "/half", "/half", "/token"):
            await run.ask("http", "request", question(receiver.url + path, json={"password": "p", "n": 1}))
        with pytest.raises(ServiceError):
            await run.ask("http", "request", question("http://10.0.0.1/"))
        large, half, again, token, refused = cast(Any, run.did())["services"]["http"]
    assert "answer" not in large and "answer" in half and "answer" not in again
    assert (token["url"], token["body"]) == (f"{receiver.url}/token", {"password": "***", "n": 1})
    assert token["answer"] == {
        "headers": {"content-type": "application/json"},
        "body": {"id": 7, "access_token": "***"},
    }
    assert refused["url"] == "http://10.0.0.1/" and "HOOKCELL_EGRESS_ALLOW" in refused["message"]
