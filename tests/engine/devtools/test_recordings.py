import json
from pathlib import Path
from typing import Any

import pytest

from engine.devtools.files import FixtureError
from engine.devtools.recordings import (
    Replies,
    exchange_from,
    exchange_of,
    read_recording,
    recorded_anew,
    recording_of,
    write_recording,
)
from engine.http import Answer, HttpError, OutgoingRequest
from engine.secrets import new_reference

URL = "https://api.example/x?a=1"


def call(url: str = URL, method: str = "GET", **more: Any) -> dict[str, Any]:
    body = {"body": more.pop("asked")} if "asked" in more else {}
    return {"request": {"method": method, "url": url, **body}, **(more or {"response": {"status": 200, "body": "x"}})}


def replies(tmp_path: Path, *calls: dict[str, Any]) -> Replies:
    file = tmp_path / "event.http.json"
    file.write_text(json.dumps(calls))
    return Replies(read_recording(file))


def test_equal_calls_take_their_answers_in_turn_and_then_the_last_one_again(tmp_path: Path) -> None:
    first = call(response={"status": 201, "body": {"n": 1}})
    recorded = replies(tmp_path, first, call(url="https://other.example/"), call(response={"body": "second"}))
    answers = [recorded.reply(OutgoingRequest("GET", URL)) for _ in range(3)]
    assert [(answer.status, answer.content) for answer in answers] == [(201, b'{"n":1}'), *[(200, b"second")] * 2]
    assert answers[0].headers == (("content-type", "application/json"),)


def test_a_body_counts_where_it_is_written_down(tmp_path: Path) -> None:
    recorded = replies(
        tmp_path,
        call(method="POST", asked={"n": 1}, response={"body": "one"}),
        call(method="POST", asked={"n": 2}, response={"body": "two"}),
    )
    headers = (("Content-Type", "application/json"),)
    assert recorded.reply(OutgoingRequest("POST", URL, headers, b'{"n": 2}')).content == b"two"
    with pytest.raises(
        HttpError, match=r"no answer is recorded for POST https://api.example/x\?a=1; run once with --record"
    ):
        recorded.reply(OutgoingRequest("POST", URL, headers, b'{"n": 3}'))


def test_an_error_is_recorded_too(tmp_path: Path) -> None:
    with pytest.raises(HttpError, match="slow") as caught:
        replies(tmp_path, call(error={"kind": "timeout", "message": "slow"})).reply(OutgoingRequest("GET", URL))
    assert caught.value.kind == "timeout"


def test_what_is_written_is_read_again_without_references(tmp_path: Path) -> None:
    word = new_reference()
    request = OutgoingRequest("POST", f"https://h.example/?key={word}", (), f"a={word}".encode())
    answer = Answer(200, (("content-type", "application/json"), ("date", "x")), b'{"a": "\xc3\xbc"}', False, "", 3)
    file = recording_of(tmp_path / "push.json")
    write_recording(file, [exchange_of(request, answer), exchange_of(request, HttpError("tls", "no"))])
    assert file.name == "push.http.json" and word not in file.read_text()
    first, second = read_recording(file)
    assert (first.url, first.body) == ("https://h.example/?key=***", "a=***")
    assert isinstance(first.reply, Answer) and json.loads(first.reply.content) == {"a": "ü"}
    assert isinstance(second.reply, HttpError) and second.reply.kind == "tls"
    other = OutgoingRequest("POST", f"https://h.example/?key={new_reference()}", (), f"a={new_reference()}".encode())
    assert Replies(read_recording(file)).reply(other).status == 200


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "must be a JSON list of at most 1000 calls"),
        ([{"request": {"url": "u"}}], "call 1 must have a request with its url, and either response or error"),
        ([call(), 7], "call 2 must have a request"),
        ([call(response={}, error={})], "call 1 must have a request with its url, and either"),
        ([call(response={"status": 99})], "status must be a number from 200 to 599"),
        ([call(error={"kind": "odd", "message": ""})], "error.kind must be one of timeout"),
        ([call(answer={})], "unknown answer"),
    ],
)
def test_what_is_no_recording_says_what_to_write(tmp_path: Path, content: Any, message: str) -> None:
    file = tmp_path / "event.http.json"
    file.write_text(json.dumps(content))
    with pytest.raises(FixtureError, match=message):
        read_recording(file)


def test_an_answer_stays_where_its_call_fails_and_what_was_refused_is_not_recorded() -> None:
    other = "https://other.example/"
    old, same, new = (exchange_from(call(response={"body": text})) for text in ("old", "same", "new"))
    later = exchange_from(call(url=other))
    slow, refused = (
        exchange_from(call(error={"kind": kind, "message": ""})) for kind in ("timeout", "refused-by-policy")
    )
    refused_other = exchange_from(call(url=other, error={"kind": "refused-by-policy", "message": ""}))
    assert recorded_anew([old, later], [new]) == ([new], [])
    assert recorded_anew([old, later], [slow]) == ([old, later], [slow])
    assert recorded_anew([old, later], [same, refused_other]) == ([later, same], [refused_other])
    assert recorded_anew([], [slow, refused]) == ([slow], [refused])
    assert recorded_anew([slow], [slow]) == ([slow], [])
