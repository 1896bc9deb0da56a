"""What history tells of a run, made into something that can be run again; with a server it is in tests/api."""

from dataclasses import replace
from typing import Any

import pytest

from engine.devtools.files import FixtureError
from engine.devtools.past_runs import past_run
from engine.devtools.ran import Ran
from engine.http import Answer, HttpError
from engine.model.json import JsonObject
from engine.model.runs import ScriptFailure

AT = "2026-03-01T12:00:00.000Z"
STAMPS: JsonObject = {"_createdAt": AT, "_updatedAt": AT, "_createdBy": {"_id": "u", "username": "ada"}}
SETTINGS: JsonObject = {
    **STAMPS, "_id": "i", "name": "n", "enabled": True, "username": "rocket.cat", "userId": "rocket.cat", "channel": ["all_public_channels"],
    "scriptEnabled": True, "scriptEngine": "isolated-vm", "skipTranspile": False,
}  # fmt: skip
CALLS: list[Any] = [
    {"method": "GET", "host": "h", "status": 200, "ms": 1, "url": "https://h/a", "answer": {"headers": {"content-type": "application/json"}, "body": {"n": 1}}},
    {"method": "POST", "host": "h", "status": 200, "ms": 1, "url": "https://h/b", "body": {"token": "***"}, "answer": {"headers": {}, "body": "text"}},
    {"method": "GET", "host": "h", "error": "timeout", "url": "https://h/c", "message": "too slow"},
    {"method": "GET", "host": "h", "status": 200, "ms": 1},
]  # fmt: skip
INCOMING: JsonObject = {
    "_id": "run", "type": "incoming-webhook", "_createdAt": AT, "_updatedAt": AT, "state": "finished",
    "integration": {**SETTINGS, "type": "webhook-incoming", "token": "***"},
    "request": {"method": "POST", "url": "/hooks/i/***?k=***&a=1", "headers": {"content-type": "text/plain"}, "body": "hi", "masked": ["url", "headers.x-api-key"]},
    "steps": [
        {"name": "execute-script-before-running-process_incoming", "at": "2026-03-01T12:00:01.500Z"},
        {"name": "after-process_incoming", "at": AT, "services": {"http": CALLS}},
    ],
    "resultMessage": [
        {"channel": "#a", "message": {"_id": "1", "rid": "r", "msg": "hello", "alias": "Bot", "groupable": False}},
        {"channel": "#b", "message": {"_id": "2", "rid": "s", "msg": "hello", "alias": "Bot", "groupable": False}},
    ],
}  # fmt: skip
OUTGOING: JsonObject = {
    "_id": "run-1", "type": "outgoing-webhook", "_createdAt": AT, "_updatedAt": AT, "state": "finished", "url": "https://two.example/",
    "integration": {**SETTINGS, "type": "webhook-outgoing", "event": "sendMessage", "urls": ["https://one.example/", "https://two.example/"]},
    "data": {"text": "hi", "token": "***", "channel_id": "GENERAL", "channel_name": "general"}, "steps": [],
    "request": {"method": "POST", "url": "https://two.example/", "headers": {"Idempotency-Key": "run", "X-A": "1"}}, "httpCallData": {"a": 1},
    "response": {"status_code": 200, "headers": {"content-type": "text/plain"}, "truncated": False}, "httpResult": '"fine"',
    "processSentMessage": [{"channel": "GENERAL", "message": {"msg": "they say", "u": {}}}],
}  # fmt: skip
BODILESS: JsonObject = {"method": "GET", "url": "/", "headers": {}}
CUT: JsonObject = {"cut": "{", "characters": 70_000}


def test_a_webhook_comes_again_as_it_came_at_its_time() -> None:
    past = past_run(INCOMING)
    fixture = past.fixture
    assert (fixture.payload, fixture.meta.method, fixture.meta.query) == (b"hi", "POST", {"k": "***", "a": "1"})
    assert fixture.meta.headers == {"content-type": "text/plain"}
    assert fixture.meta.now is not None and fixture.meta.now.isoformat() == "2026-03-01T12:00:01.500000+00:00"
    assert past.notes == (
        "history has masked url, headers.x-api-key of the request, which the script sees as ***",
        "what 1 of its http calls was answered was too large to be kept",
    )


def test_http_calls_are_answered_as_they_were() -> None:
    first, second, third = past_run(INCOMING).fixture.exchanges
    assert isinstance(first.reply, Answer) and first.reply.content == b'{"n":1}'
    assert isinstance(second.reply, Answer) and (second.reply.content, second.body) == (b"text", None)
    assert isinstance(third.reply, HttpError) and (third.reply.kind, third.reply.message) == ("timeout", "too slow")


def test_one_message_to_several_channels_is_one_and_all_channels_are_not_compared() -> None:
    past = past_run(INCOMING)
    assert past.happened["messages"] == [{"text": "hello", "alias": "Bot", "channel": ["#a", "#b"]}]
    ok: JsonObject = {"status": 200, "body": {"success": True}}
    posted: JsonObject = {"text": "hello", "alias": "Bot", "parseUrls": True, "channel": ["all_public_channels"]}
    happened, would = past.differences(Ran(messages=(posted,), answer=ok))
    assert happened == would
    happened, would = past.differences(Ran(messages=({**posted, "channel": ["#a"]},), answer=ok))
    assert happened != would


def test_a_failure_is_compared_by_its_kind_and_words_and_not_by_its_line() -> None:
    failure: JsonObject = {
        "hook": "process_incoming",
        "kind": "raised",
        "message": "KeyError: 'a'",
        "line": 3,
        "traceback": "t",
    }
    record: JsonObject = {**INCOMING, "state": "failed", "failure": failure, "resultMessage": None}
    past = past_run(record)
    ran = Ran(failure=ScriptFailure("raised", "KeyError: 'a'", 9), answer={"status": 400, "body": {}})
    assert (
        past.differences(ran)[0]
        == past.differences(ran)[1]
        == {"messages": [], "error": {"kind": "raised", "message": "KeyError: 'a'"}}
    )
    happened, would = past.differences(replace(ran, failure=None))
    assert "error" in happened and "error" not in would


def test_a_message_that_could_not_be_posted_is_an_error_of_its_own() -> None:
    past = past_run({**INCOMING, "state": "failed", "resultMessage": None})
    happened, would = past.differences(Ran(failure=ScriptFailure("not-posted", "The room is gone")))
    assert happened == would


def test_a_delivery_has_its_url_event_and_answer() -> None:
    past = past_run(OUTGOING)
    response = past.fixture.response
    assert past.outgoing and past.integration.urls == ("https://two.example/", "https://one.example/")  # type: ignore[union-attr]
    assert response is not None and (response.status, response.body) == (200, b"fine")
    assert past.happened == {
        "messages": [{"text": "they say", "channel": ["#general"]}],
        "request": {"method": "POST", "url": "https://two.example/", "headers": {"x-a": "1"}, "data": {"a": 1}},
    }
    assert past.notes == ("the event's token is masked: the script sees it as ***",)


def test_an_answer_that_never_came_or_was_cut_is_told() -> None:
    late = past_run({**OUTGOING, "httpError": {"kind": "timeout", "message": "too slow"}})
    assert late.fixture.response is not None and late.fixture.response.error == {
        "kind": "timeout",
        "message": "too slow",
    }
    cut = past_run({**OUTGOING, "httpResult": '"begins… (cut: 70000 characters)"'})
    assert "too large to be kept whole" in cut.notes[-1]
    response: JsonObject = {"status_code": 503, "headers": {"cut": '{"x-a": "', "characters": 70_000}}
    bare = past_run({**OUTGOING, "response": response})
    assert "headers of the receiver's answer were too large" in bare.notes[-1]
    assert bare.fixture.response is not None and (bare.fixture.response.status, bare.fixture.response.headers) == (
        503,
        {},
    )
    assert past_run({**OUTGOING, "response": CUT}).fixture.response is None
    none: JsonObject = {key: value for key, value in OUTGOING.items() if key not in ("response", "request")}
    assert past_run(none).fixture.response is None and past_run(none).happened["request"] is None


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({**INCOMING, "request": None}, "history keeps no request of it"),
        ({**INCOMING, "request": {"cut": ["body"]}}, "too large to be kept whole"),
        ({**INCOMING, "request": BODILESS}, "history keeps no request of it"),
        ({**INCOMING, "integration": {}}, "settings of then are gone"),
        (
            {**INCOMING, "integration": {**SETTINGS, "type": "webhook-incoming", "token": "t", "name": 3}},
            "name: Input should be",
        ),
        ({**OUTGOING, "data": CUT}, "does not have its event whole"),
        ({**OUTGOING, "data": None}, "does not have its event whole"),
    ],
)
def test_what_cannot_be_run_again_says_why(record: JsonObject, why: str) -> None:
    with pytest.raises(FixtureError, match=f"cannot be run again: .*{why}"):
        past_run(record)
