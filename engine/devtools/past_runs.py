"""A run as a server's history tells it, to be run again here: the same input, answers and time, and what came of it.

What history masked stays masked, what it cut cannot be run again. `happened` is in the words of expected/ and has only
what history knows for sure: it is compared with the same keys of what a draft does.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeGuard, cast

from pydantic import ValidationError

from engine.devtools.files import FixtureError
from engine.devtools.fixtures import Fixture, FixtureMeta, FixtureResponse
from engine.devtools.ran import Ran
from engine.devtools.recordings import Exchange
from engine.hook_requests import replayed_request
from engine.http import Answer, HttpError, Kind
from engine.json_text import json_text
from engine.model.hooks import Replayed
from engine.model.integrations import IncomingIntegration, Integration, OutgoingIntegration, from_record
from engine.model.json import JsonObject, JsonValue
from engine.redaction import MASK, Redactor

# of a message, as far as both sides tell it
MESSAGE_KEYS = ("alias", "avatar", "emoji", "attachments", "tmid")
# of a request, what is not of one delivery alone
_OWN_HEADERS = frozenset({"idempotency-key", "x-hookcell-depth"})
_BEGINS = ("execute-script-before-running-process_incoming", "mapped-args-to-data")


@dataclass(frozen=True, slots=True)
class PastRun:
    """`integration` is as it was then; `notes` are what the author has to know of what is missing."""

    id: str
    integration: Integration
    fixture: Fixture
    happened: JsonObject
    notes: tuple[str, ...] = ()

    @property
    def outgoing(self) -> bool:
        return isinstance(self.integration, OutgoingIntegration)

    def differences(self, ran: Ran) -> tuple[JsonObject, JsonObject]:
        """What happened and what would, both masked and with the keys that can be compared."""
        would = _redacted({**ran.outcome(outgoing=self.outgoing), "error": _error_of(ran)})
        if would["error"] is None:
            del would["error"]
        messages = cast(list[JsonObject], would.get("messages", []))
        everywhere = any(str(channel).startswith("all_") for each in messages for channel in _channels(each))
        would["messages"] = [_told(each, everywhere) for each in messages]
        happened = dict(self.happened)
        if "messages" in happened:
            happened["messages"] = [_told(each, everywhere) for each in cast(list[JsonObject], happened["messages"])]
        else:
            del would["messages"]
        if isinstance(request := would.get("request"), dict):
            would["request"] = _sent(request, request["headers"], request["data"])
        if "error" in happened or "error" in would or "answer" not in happened:
            # a failure says what the sender is told
            happened.pop("answer", None)
            would.pop("answer", None)
        elif isinstance(answer := would.get("answer"), dict):
            would["answer"] = {key: answer[key] for key in cast(JsonObject, happened["answer"])}
        return happened, would


def past_run(record: JsonObject) -> PastRun:
    """Of one record of history. Raises FixtureError for one that cannot be run again."""
    id = str(record["_id"])
    snapshot = cast(JsonObject, record["integration"])
    if not snapshot:
        raise _lost(id, "the integration's settings of then are gone")
    incoming = "webhook-incoming" in str(record["type"])
    try:
        integration = from_record({**snapshot, **({"token": MASK} if incoming else {})})
    except ValidationError as error:
        raise _lost(id, f"its integration's settings of then are not understood here: {_first(error)}") from None
    notes: list[str] = []
    if isinstance(integration, IncomingIntegration):
        fixture = _webhook(id, record, integration, notes)
        happened = _incoming(record)
    else:
        url = str(record.get("url") or "")
        integration = integration.model_copy(update={"urls": (url, *(one for one in integration.urls if one != url))})
        fixture = _event(id, record, notes)
        happened = _outgoing(record)
    if _steps(record, "replayed"):
        notes.append("it was a replay itself")
    return PastRun(id, integration, fixture, _redacted(happened), tuple(notes))


def _webhook(id: str, record: JsonObject, integration: IncomingIntegration, notes: list[str]) -> Fixture:
    stored = record.get("request")
    if isinstance(stored, dict) and "cut" in stored:
        raise _lost(id, "its request was too large to be kept whole")
    if not isinstance(stored, dict) or "body" not in stored:
        raise _lost(id, "history keeps no request of it")
    masked = tuple(str(place) for place in cast(list[JsonValue], stored.get("masked", [])))
    # the hook's token always is, and no script needs it
    told = [place for place in masked if place != "url" or f"={MASK}" in str(stored["url"])]
    if told:
        notes.append(f"history has masked {', '.join(told)} of the request, which the script sees as {MASK}")
    request = replayed_request(stored, Replayed(id, masked, False))
    meta = FixtureMeta(
        method=request.method,
        headers=request.headers,
        query=cast(dict[str, str | list[str]], request.query),
        content_type=request.headers.get("content-type", ""),
        now=_began(record),
        user={"_id": integration.user_id, "username": integration.username},
    )
    return Fixture(id, request.raw, meta, exchanges=_exchanges(record, notes))


def _event(id: str, record: JsonObject, notes: list[str]) -> Fixture:
    data = record.get("data")
    if not _is_whole(data):
        raise _lost(id, "history does not have its event whole")
    if any(value == MASK for value in data.values()):
        notes.append(f"the event's token is masked: the script sees it as {MASK}")
    response = _response(record, notes)
    return Fixture(
        id, json_text(data).encode(), FixtureMeta(now=_began(record)), response, None, _exchanges(record, notes)
    )


def _response(record: JsonObject, notes: list[str]) -> FixtureResponse | None:
    if isinstance(error := record.get("httpError"), dict):
        return FixtureResponse(0, error={"kind": str(error["kind"]), "message": str(error["message"])})
    answer, text = record.get("response"), record.get("httpResult")
    if not _is_whole(answer) or not isinstance(text, str):
        return None
    body = str(json.loads(text))
    if body.endswith(" characters)") and "… (cut: " in body[-60:]:
        notes.append("the receiver's answer was too large to be kept whole: the script sees its beginning")
    headers = answer.get("headers", {})
    if not _is_whole(headers):
        notes.append("the headers of the receiver's answer were too large to be kept: the script sees none")
        headers = {}
    said = cast(dict[str, str], headers)
    return FixtureResponse(cast(int, answer["status_code"]), said, body.encode(errors="replace"))


def _exchanges(record: JsonObject, notes: list[str]) -> tuple[Exchange, ...]:
    """What the script's own calls were answered."""
    found: list[Exchange] = []
    lost = 0
    for call in (call for step in _all_steps(record) for call in _calls(step)):
        if "url" not in call:
            lost += 1
            continue
        body = call.get("body")
        # what is masked fits whatever is sent now
        body = None if MASK in json_text(body) else body
        url, reply = str(call["url"]), call.get("answer")
        if isinstance(reply, dict):
            content = reply.get("body")
            raw = content.encode(errors="replace") if isinstance(content, str) else json_text(content).encode()
            headers = tuple(cast(dict[str, str], reply.get("headers", {})).items())
            answer: Answer | HttpError = Answer(cast(int, call["status"]), headers, raw, False, url, duration_ms=0)
        else:
            answer = HttpError(cast(Kind, call["error"]), str(call.get("message", "")))
        found.append(Exchange(str(call["method"]), url, body, answer))
    if lost:
        notes.append(
            f"what {lost} of its http calls {'was' if lost == 1 else 'were'} answered was too large to be kept"
        )
    return tuple(found)


def _calls(step: JsonObject) -> list[JsonObject]:
    services = step.get("services")
    calls = services.get("http", []) if isinstance(services, dict) else []
    return [call for call in cast(list[JsonValue], calls) if isinstance(call, dict)]


def _incoming(record: JsonObject) -> JsonObject:
    happened: JsonObject = {}
    _add_messages(happened, record, "resultMessage")
    said = record.get("answer")
    match record.get("state"):
        case "refused" if _is_whole(said):
            happened["answer"] = {"status": 400, "body": {**said, "success": False}}
        case "finished" if said is None or _is_whole(said):
            happened["answer"] = {"status": 200, "body": {**(said or {}), "success": True}}
        case "refused" | "finished" as state:
            happened["answer"] = {"status": 400 if state == "refused" else 200}
        case _:
            happened["error"] = _error(record) or {"kind": "not-posted"}
    return happened


def _outgoing(record: JsonObject) -> JsonObject:
    happened: JsonObject = {}
    _add_messages(happened, record, "prepareSentMessage", "processSentMessage", "resultMessage")
    request = record.get("request")
    happened["request"] = None
    if isinstance(request, dict):
        happened["request"] = _sent(request, request["headers"], record.get("httpCallData"))
    if (error := _error(record)) is not None:
        happened["error"] = error
    return happened


def _add_messages(happened: JsonObject, record: JsonObject, *keys: str) -> None:
    """One for each text, with all channels that it went to; none where history has cut them."""
    messages: list[JsonObject] = []
    for posted in (record.get(key) or [] for key in keys):
        if not isinstance(posted, list):
            return
        for item in cast(list[dict[str, Any]], posted):
            stored = item["message"]
            told: JsonObject = {key: stored[key] for key in MESSAGE_KEYS if stored.get(key) is not None}
            told = {"text": stored.get("msg", ""), **told}
            channel = _named(str(item["channel"]), record.get("data"))
            if messages and {key: value for key, value in messages[-1].items() if key != "channel"} == told:
                cast(list[JsonValue], messages[-1]["channel"]).append(channel)
            else:
                messages.append({**told, "channel": [channel]})
    happened["messages"] = [*messages]


def _named(channel: str, data: JsonValue) -> str:
    """The room of the event by its name, as it is told here."""
    if isinstance(data, dict) and channel == data.get("channel_id") and data.get("channel_name"):
        return f"#{data['channel_name']}"
    return channel


def _told(message: JsonObject, everywhere: bool) -> JsonObject:
    keys = ("text", *MESSAGE_KEYS, *(() if everywhere else ("channel",)))
    return {key: message[key] for key in keys if message.get(key) is not None}


def _channels(message: JsonObject) -> list[JsonValue]:
    return cast(list[JsonValue], message.get("channel") or [])


def _sent(request: JsonObject, headers: JsonValue, data: JsonValue) -> JsonObject:
    said = headers if isinstance(headers, dict) else {}
    own = {name.lower(): value for name, value in said.items() if name.lower() not in _OWN_HEADERS}
    return {"method": request["method"], "url": request["url"], "headers": own, "data": data}


def _error(record: JsonObject) -> JsonObject | None:
    failure = record.get("failure")
    if not isinstance(failure, dict):
        return None
    return {"kind": failure["kind"], "message": failure["message"]}


def _error_of(ran: Ran) -> JsonValue:
    if ran.failure is None:
        return None
    kind = ran.failure.kind
    return {"kind": kind} if kind == "not-posted" else {"kind": kind, "message": ran.failure.message}


def _redacted(value: JsonObject) -> JsonObject:
    return cast(JsonObject, Redactor.of(()).value(value))


def _began(record: JsonObject) -> datetime:
    """When the first hook was called, which is what the script's clock said."""
    at = next((step["at"] for name in _BEGINS for step in _steps(record, name)), record["_createdAt"])
    return datetime.fromisoformat(str(at))


def _steps(record: JsonObject, name: str) -> list[JsonObject]:
    return [step for step in _all_steps(record) if step["name"] == name]


def _all_steps(record: JsonObject) -> list[JsonObject]:
    return cast(list[JsonObject], record.get("steps", []))


def _is_whole(value: JsonValue) -> TypeGuard[JsonObject]:
    """Whether history has it as it was, and not its beginning."""
    return isinstance(value, dict) and value.keys() != {"cut", "characters"}


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _lost(id: str, why: str) -> FixtureError:
    return FixtureError(Path(id), f"cannot be run again: {why}")
