import json
from typing import Any

from engine.cutting import MAX_DETAIL
from engine.history import (
    FIRST_STEP,
    MAX_REQUEST,
    MAX_TRACE,
    incoming_record,
    keeps,
    level_of,
    outgoing_records,
    pack_masked,
    pack_trace,
    unpack_trace,
)
from engine.model.history import IncomingRun, OutgoingRun
from engine.model.integrations import from_record
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import Room
from engine.packing import unpack
from engine.redaction import Redactor
from engine.store.history import MAX_ATTEMPTS
from engine.trace import Trace

PLAIN = Redactor.of([])
RECORD: JsonObject = {
    "_id": "i1",
    "type": "webhook-incoming",
    "name": "in",
    "enabled": True,
    "username": "bot",
    "userId": "u1",
    "channel": ["#general"],
    "scriptEnabled": True,
    "script": "def process_incoming(request): ...",
    "token": "0123456789abcdef",
    "_createdAt": "2026-01-01T00:00:00.000Z",
    "_updatedAt": "2026-01-01T00:00:00.000Z",
    "_createdBy": {"_id": "u2", "username": "alice"},
}


def incoming(trace: Trace | None, **fields: Any) -> IncomingRun:
    packed = None if trace is None else pack_trace(trace, PLAIN)
    values = {"id": "run1", "revision": 1, "state": "finished", "created_at": 0, "updated_at": 1000, "request": None}
    return IncomingRun(**{**values, **fields}, trace=packed, record=RECORD)


def outgoing(trace: Trace, **fields: Any) -> OutgoingRun:
    values = {
        "id": "d1",
        "revision": 1,
        "state": "finished",
        "held_reason": None,
        "due": 0,
        "attempts": 1,
        "interruptions": 0,
        "url": "http://u:p@receiver/",
        "event": "sendMessage",
        "trigger_word": None,
        "created_at": 0,
        "updated_at": 1000,
        "request": None,
        "record": RECORD,
    }
    return OutgoingRun(**{**values, **fields}, trace=pack_trace(trace, PLAIN))


def test_a_record_is_its_steps_folded_from_left_to_right() -> None:
    report: JsonObject = {
        "hook": "process_incoming",
        "receipt": {"wallUs": 5},
        "log": [{"level": "print", "text": "x"}],
    }
    failure: JsonObject = {"kind": "raised", "message": "no", "line": 3, "traceback": "..."}
    trace = Trace("run1").then("one", data={"a": 1}, error=True).then("two", data={"b": 2}, hint="h")
    trace = trace.then("three", script={**report, "error": failure})
    record: Any = incoming_record(incoming(trace, state="failed"))
    assert (record["step"], record["data"], record["error"], record["state"]) == ("three", {"b": 2}, True, "failed")
    assert [(step["name"], step.get("hint")) for step in record["steps"]] == [
        ("one", None),
        ("two", "h"),
        ("three", None),
    ]
    assert record["log"] == [{"hook": "process_incoming", "level": "print", "text": "x"}]
    assert record["receipt"] == [{"hook": "process_incoming", "wallUs": 5}]
    assert record["failure"] == {"hook": "process_incoming", **failure}


def test_an_incoming_run_shows_its_request_and_neither_token_nor_script() -> None:
    request: JsonObject = {
        "url_raw": "/hooks/i1/0123456789abcdef",
        "headers": {"cookie": "c", "accept": "*/*"},
        "content_raw": "{}",
    }
    packed = pack_masked(request, Redactor.of(["0123456789abcdef"]))
    record: Any = incoming_record(incoming(Trace("run1").then("done"), request=packed))
    assert record["request"] == {
        "url_raw": "/hooks/i1/***",
        "headers": {"cookie": "***", "accept": "*/*"},
        "content_raw": "{}",
        "masked": ["url_raw", "headers.cookie"],
    }
    assert record["integration"]["token"] == "***" and "script" not in record["integration"]
    assert (record["type"], record["_id"], record["run"]) == ("incoming-webhook", "run1", "run1")


def test_an_interrupted_run_has_a_record_without_steps() -> None:
    record: Any = incoming_record(incoming(None, state="interrupted"))
    assert (record["steps"], record["error"], record["state"]) == ([], True, "interrupted")


def test_a_delivery_that_was_never_answered_for_is_told_of_too() -> None:
    (record,) = outgoing_records(outgoing(Trace("d1"), state="held", held_reason="interrupted", interruptions=3))
    assert (record["heldReason"], record["interruptions"], record["error"]) == ("interrupted", 3, True)
    assert (record["step"], record["url"]) == (FIRST_STEP, "http://***@receiver/")


def test_a_waiting_delivery_says_until_when() -> None:
    trace = Trace("d1").then(FIRST_STEP, attempt=1).then("going-to-retry-1", error=True)
    (record,) = outgoing_records(outgoing(trace, state="pending", due=60_000))
    assert (record["state"], record["due"], record["finished"]) == ("pending", "1970-01-01T00:01:00.000Z", False)


def test_only_so_many_attempts_are_kept_and_they_keep_their_numbers() -> None:
    trace = Trace("d1")
    attempts = MAX_ATTEMPTS + 20
    for number in range(1, attempts + 1):
        trace = trace.then(FIRST_STEP, attempt=number)
        trace = trace.then("mapped-args-to-data", data={"text": "x"}) if number == 1 else trace.then("after-http-call")
    records = outgoing_records(outgoing(trace, attempts=attempts))
    assert len(records) == MAX_ATTEMPTS
    assert [record["attempt"] for record in records] == [*range(attempts, attempts - MAX_ATTEMPTS + 1, -1), 1]
    assert all(record["data"] == {"text": "x"} for record in records)


def test_what_is_too_large_is_cut_with_a_mark() -> None:
    large: JsonObject = {"text": "x" * 100}
    trace = Trace("t").then("step", text="é" * (MAX_DETAIL * 3), data=[large] * 2_000, small=[1])
    detail: Any = unpack_trace("t", pack_trace(trace, PLAIN)).steps[0].detail
    assert detail["text"] == "é" * MAX_DETAIL + f"… (cut: {MAX_DETAIL * 3} characters)"
    assert set(detail["data"]) == {"cut", "characters"} and len(detail["data"]["cut"]) == MAX_DETAIL
    assert detail["small"] == [1]


def test_what_was_cut_before_is_as_it_was_when_it_is_stored_again() -> None:
    log: list[JsonValue] = [{"level": "print", "text": "x" * 99} for _ in range(1000)]
    detail: JsonObject = {"text": "x" * (MAX_DETAIL * 3), "data": {"many": ["x" * 100] * 2_000}, "script": {"log": log}}
    once = unpack_trace("t", pack_trace(Trace("t").then("step", **detail), PLAIN))
    assert unpack_trace("t", pack_trace(once, PLAIN)) == once


def test_a_trace_of_many_large_attempts_keeps_the_first_and_the_last_whole_and_is_bounded() -> None:
    trace = Trace("d1")
    answer: JsonObject = {"status_code": 503, "headers": {"x": "y" * 5_000}, "truncated": False}
    for number in range(1, MAX_ATTEMPTS + 1):
        text = f"{number}" + "x" * (MAX_DETAIL - 10)
        trace = trace.then(FIRST_STEP, attempt=number).then("after-http-call", httpResult=text, response=answer)
        # as it is stored after each attempt
        trace = unpack_trace("d1", pack_trace(trace, PLAIN))
    assert len(json.dumps(trace.to_json())) < 2 * MAX_TRACE
    results: list[Any] = [step.detail for step in trace.steps if step.name == "after-http-call"]
    assert [len(result["httpResult"]) > MAX_DETAIL - 20 for result in (results[0], results[1], results[-1])] == [
        True,
        False,
        True,
    ]
    assert results[1]["httpResult"].endswith(f"… (cut: {MAX_DETAIL - 9} characters)")
    assert {result["response"]["status_code"] for result in results} == {503}


def test_a_secret_across_the_cut_is_masked() -> None:
    secret = "a-secret-of-some-length"
    trace = Trace("t").then("step", text="x" * (MAX_DETAIL - 5) + secret + "y" * MAX_DETAIL * 3)
    detail: Any = unpack_trace("t", pack_trace(trace, Redactor.of([secret]))).steps[0].detail
    assert "a-sec" not in detail["text"]


def test_a_request_is_kept_exactly_unless_it_is_too_large() -> None:
    exact: JsonObject = {"content_raw": "x" * MAX_DETAIL * 2, "method": "POST"}
    assert unpack(pack_masked(exact, PLAIN)) == exact
    incompressible = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(1_500_000))
    kept: Any = unpack(packed := pack_masked({"content_raw": incompressible, "method": "POST"}, PLAIN))
    assert len(packed) <= MAX_REQUEST
    assert (
        kept["method"] == "POST"
        and kept["cut"] == ["content_raw"]
        and kept["content_raw"].endswith("(cut: 1500000 characters)")
    )


def test_the_level_is_what_was_set_else_by_who_can_read_along() -> None:
    public, private, direct = (Room("r", kind, None, 0) for kind in "cpd")
    plain = from_record(RECORD)
    assert level_of(plain) == level_of(plain, [public]) == "full"
    assert level_of(plain, [public, private]) == level_of(plain, [direct]) == "failures"
    for channel in ("@alice", "all_direct_messages", "all_private_groups"):
        assert level_of(from_record({**RECORD, "channel": ["#general", channel]})) == "failures"
    chosen = from_record({**RECORD, "channel": ["@alice"], "hookcell": {"history": "off"}})
    assert level_of(chosen, [direct]) == "off"


def test_a_level_keeps_what_it_says() -> None:
    kept = {level: (keeps(level, failed=False), keeps(level, failed=True)) for level in ("full", "failures", "off")}
    assert kept == {"full": (True, True), "failures": (False, True), "off": (False, False)}


def test_a_long_log_is_cut_by_lines_and_leaves_receipt_and_failure() -> None:
    lines: list[JsonValue] = [{"level": "print", "text": "x" * 99} for _ in range(1000)]
    failure: JsonObject = {"kind": "raised", "message": "m", "line": 2, "traceback": "t"}
    script: JsonObject = {"hook": "process_incoming", "receipt": {"wallUs": 7}, "log": lines, "error": failure}
    record = incoming_record(incoming(Trace("run1").then("after-process_incoming", script=script)))
    log: Any = record["log"]
    assert len(log) == 657 and log[0] == {"hook": "process_incoming", "level": "print", "text": "x" * 99}
    assert sum(len(line["text"]) + 1 for line in log[:-1]) <= MAX_DETAIL
    assert (log[-2]["text"], log[-1]["text"]) == ("x" * 35, "… (cut: 1000 lines)")
    assert record["receipt"] == [{"hook": "process_incoming", "wallUs": 7}]
    assert record["failure"] == {"hook": "process_incoming", **failure}


def test_a_log_within_its_limit_is_kept_whole() -> None:
    lines: list[JsonValue] = [{"level": "print", "text": ""} for _ in range(20_000)]
    script: JsonObject = {"hook": "process_incoming", "receipt": {}, "log": lines, "error": None}
    record = incoming_record(incoming(Trace("run1").then("after-process_incoming", script=script)))
    assert record["log"] == [{"hook": "process_incoming", "level": "print", "text": ""}] * 20_000
