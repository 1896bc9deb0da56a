"""The contract's three tables, row by row: what each return value of a hook means."""

import pytest

from engine.model.json import JsonValue
from engine.model.runs import (
    Failed,
    IncomingNothing,
    IncomingPost,
    IncomingRefused,
    Prepared,
    PreparedRequest,
    PrepareNothing,
    ResponseDefault,
    ResponseDone,
    ResponsePost,
)
from engine.scripts.results import incoming_result, prepare_result, response_result

URL = "https://receiver.example/x"

INCOMING: list[tuple[JsonValue, object]] = [
    (None, IncomingNothing()),
    (False, IncomingNothing()),
    ("", IncomingNothing()),
    ({}, IncomingNothing()),
    ("hi", IncomingPost({"text": "hi"})),
    ({"content": {"text": "hi"}}, IncomingPost({"text": "hi"})),
    ({"content": "hi"}, IncomingPost({"text": "hi"})),
    ({"content": {}}, IncomingPost({})),
    ({"content": {"text": "a"}, "response": {"b": 1}}, IncomingPost({"text": "a"}, {"b": 1})),
    ({"response": {"b": 1}}, IncomingNothing({"b": 1})),
    ({"content": None, "response": {"b": 1}}, IncomingNothing({"b": 1})),
    ({"content": "x", "user": {"username": "ann"}}, IncomingPost({"text": "x"}, None, {"username": "ann"})),
    ({"error": "no"}, IncomingRefused({"error": "no"})),
    ({"error": {"code": 1}, "content": "x"}, IncomingRefused({"code": 1})),
]


@pytest.mark.parametrize(("value", "result"), INCOMING, ids=str)
def test_process_incoming(value: JsonValue, result: object) -> None:
    assert incoming_result(value) == result


NOT_INCOMING: list[JsonValue] = [
    0,
    [],
    1,
    True,
    {"text": "hi"},
    {"content": 0},
    {"content": []},
    {"content": ""},
    {"content": False},
    {"error": 5},
    {"content": "a", "response": "b"},
    {"content": "a", "user": {}},
    {"content": "a", "user": "ann"},
]


@pytest.mark.parametrize("value", NOT_INCOMING, ids=str)
def test_process_incoming_says_what_to_return_instead(value: JsonValue) -> None:
    result = incoming_result(value)
    assert isinstance(result, Failed) and result.failure.kind == "bad-result"
    assert "you returned" in result.failure.message


PREPARE: list[tuple[JsonValue, object]] = [
    (None, PrepareNothing()),
    (False, PrepareNothing()),
    ({}, PrepareNothing()),
    ({"message": "hi"}, Prepared({"text": "hi"}, None)),
    ({"message": {"text": "hi"}, "url": URL}, Prepared({"text": "hi"}, None)),
    ({"url": URL, "method": "post"}, Prepared(None, PreparedRequest(URL, "POST"))),
    (
        {"url": URL, "method": "PUT", "headers": {"X": 1, "Y": True}, "data": [1], "timeout": 500},
        Prepared(None, PreparedRequest(URL, "PUT", (("X", "1"), ("Y", "true")), (), [1], None, 500)),
    ),
    (
        {"url": URL, "method": "GET", "params": {"a": [1, "b"]}, "auth": "user:pass:word"},
        Prepared(None, PreparedRequest(URL, "GET", (), (("a", "1"), ("a", "b")), None, ("user", "pass:word"))),
    ),
    (
        {"url": URL, "method": "GET", "auth": ["user", "password"]},
        Prepared(None, PreparedRequest(URL, "GET", auth=("user", "password"))),
    ),
]


@pytest.mark.parametrize(("value", "result"), PREPARE, ids=str)
def test_prepare_outgoing_request(value: JsonValue, result: object) -> None:
    assert prepare_result(value, forgot_return=False) == result


NOT_PREPARED: list[JsonValue] = [
    "text",
    1,
    [],
    {"message": 5},
    {"url": 1, "method": "GET"},
    {"url": URL, "method": "BREW"},
    {"url": URL, "method": "GET", "headers": ["X"]},
    {"url": URL, "method": "GET", "headers": {"X": [1]}},
    {"url": URL, "method": "GET", "params": {"a": {}}},
    {"url": URL, "method": "GET", "data": 5},
    {"url": URL, "method": "GET", "auth": "no colon"},
    {"url": URL, "method": "GET", "timeout": 0},
    {"url": URL, "method": "GET", "timeout": 20_001},
    {"url": URL, "method": "GET", "timeout": True},
]


@pytest.mark.parametrize("value", NOT_PREPARED, ids=str)
def test_prepare_outgoing_request_sends_nothing_that_is_not_meant(value: JsonValue) -> None:
    assert isinstance(prepare_result(value, forgot_return=False), Failed)


def test_a_forgotten_return_is_told() -> None:
    assert prepare_result(None, forgot_return=True) == PrepareNothing(forgot_return=True)


RESPONSE: list[tuple[JsonValue, object]] = [
    (None, ResponseDefault()),
    ({}, ResponseDefault()),
    ("", ResponseDefault()),
    (False, ResponseDone()),
    ("hi", ResponsePost({"text": "hi"})),
    ({"content": "hi"}, ResponsePost({"text": "hi"})),
    ({"content": {"text": "hi"}}, ResponsePost({"text": "hi"})),
]


@pytest.mark.parametrize(("value", "result"), RESPONSE, ids=str)
def test_process_outgoing_response(value: JsonValue, result: object) -> None:
    assert response_result(value) == result


@pytest.mark.parametrize("value", [0, True, [], {"text": "x"}, {"content": None}, {"content": ""}], ids=str)
def test_process_outgoing_response_fails_for_anything_else(value: JsonValue) -> None:
    assert isinstance(response_result(value), Failed)
