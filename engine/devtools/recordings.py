"""What a script's http calls were answered, kept beside a payload as <event>.http.json, so that a run needs no network.

    [{"request": {"method": "GET", "url": "https://api.example/x"}, "response": {"status": 200, "body": {...}}}]

`request.body` is compared where it is there. `response` is as in .response.json, `error` {kind, message} in its place
means that no answer came. References to secrets stand as `***`, and their values are not in it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from engine.devtools.files import FixtureError, Table, parse_json, read_bytes
from engine.http import KINDS, Answer, HttpError, OutgoingRequest
from engine.model.json import JsonObject, JsonValue
from engine.redaction import MASK, REFERENCE
from engine.sending import answer_text, joined, parsed

ENDING = ".http.json"
MAX_EXCHANGES = 1_000
MAX_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    """`body` is the request's as JSON or text, None where it does not matter."""

    method: str
    url: str
    body: JsonValue
    reply: Answer | HttpError


def recording_of(payload: Path) -> Path:
    return payload.with_name(payload.name.removesuffix(".json") + ENDING)


def read_recording(file: Path) -> tuple[Exchange, ...]:
    """Raises FixtureError."""
    value = parse_json(file, read_bytes(file))
    if not isinstance(value, list) or len(value) > MAX_EXCHANGES:
        raise FixtureError(
            file, f"must be a JSON list of at most {MAX_EXCHANGES} calls, each with request and response"
        )
    return tuple(_exchange(file, number, item) for number, item in enumerate(value, 1))


def exchange_from(item: JsonObject) -> Exchange:
    """One call in the form of the file. Raises FixtureError."""
    return _exchange(Path("the answer"), 1, item)


def write_recording(file: Path, exchanges: Sequence[Exchange]) -> None:
    """Raises FixtureError."""
    text = json.dumps([_record(exchange) for exchange in exchanges], indent=2, ensure_ascii=False)
    try:
        file.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise FixtureError(file, f"cannot be written: {error.strerror}") from None


class Replies:
    """Answers from a recording: of equal calls each takes the next one, and then the last one again."""

    def __init__(self, exchanges: Sequence[Exchange]) -> None:
        self._left = list(exchanges)
        self._used: list[Exchange] = []

    def reply(self, request: OutgoingRequest) -> Answer:
        """Raises HttpError, also where there is none."""
        exchange = next((each for each in self._left if _fits(each, request)), None)
        if exchange is not None:
            self._left.remove(exchange)
            self._used.append(exchange)
        else:
            exchange = next((each for each in reversed(self._used) if _fits(each, request)), None)
        if exchange is None:
            url = REFERENCE.sub(MASK, request.url)
            raise HttpError("connect", f"no answer is recorded for {request.method} {url}; run once with --record")
        if isinstance(exchange.reply, HttpError):
            raise exchange.reply
        return exchange.reply


def exchange_of(request: OutgoingRequest, reply: Answer | HttpError) -> Exchange:
    """`reply` without values of secrets."""
    return Exchange(request.method, REFERENCE.sub(MASK, request.url), _body_of(request), reply)


def recorded_anew(before: Sequence[Exchange], called: Sequence[Exchange]) -> tuple[list[Exchange], list[Exchange]]:
    """What is to be written after a run, and the calls that failed where an answer of `before` is kept, or none is.

    What a policy refused is never written. Where a call failed, the others may not have been made: what was recorded
    stays, but for what was answered now.
    """
    failed = [each for each in called if isinstance(each.reply, HttpError)]
    if not failed:
        return list(called), []
    answered = [each for each in called if isinstance(each.reply, Answer)]
    kept = [each for each in before if isinstance(each.reply, Answer) and not any(_same(each, now) for now in answered)]
    lost = [each for each in failed if _is_refused(each) or any(_same(old, each) for old in kept)]
    return [*kept, *(each for each in called if each not in lost)], lost


def _same(one: Exchange, other: Exchange) -> bool:
    """Whether they answer the same request; `body` of a file that names none is any."""
    bodies = one.body is None or other.body is None or one.body == other.body
    return (one.method, one.url) == (other.method, other.url) and bodies


def _is_refused(exchange: Exchange) -> bool:
    return isinstance(exchange.reply, HttpError) and exchange.reply.kind == "refused-by-policy"


def _fits(exchange: Exchange, request: OutgoingRequest) -> bool:
    asked = (exchange.method, exchange.url) == (request.method, REFERENCE.sub(MASK, request.url))
    return asked and (exchange.body is None or exchange.body == _body_of(request))


def _body_of(request: OutgoingRequest) -> JsonValue:
    if request.body is None:
        return None
    text = REFERENCE.sub(MASK, request.body.decode(errors="replace"))
    return parsed(text, joined(request.headers).get("content-type", "")) if len(text) <= MAX_BODY else None


def _exchange(file: Path, number: int, item: JsonValue) -> Exchange:
    where = Table(file, item if isinstance(item, dict) else {}).only(("request", "response", "error"))
    asked = Table(file, where.table("request")).only(("method", "url", "body"))
    method, url = asked.text("method", "GET").upper(), asked.text("url", "")
    if not url or ("response" in where.values) is ("error" in where.values):
        raise FixtureError(file, f"call {number} must have a request with its url, and either response or error")
    return Exchange(method, url, asked.values.get("body"), _reply(where, url))


def _reply(where: Table, url: str) -> Answer | HttpError:
    if "error" in where.values:
        error = where.texts("error")
        if (kind := error.get("kind")) not in KINDS:
            raise where.wrong(f"error.kind must be one of {', '.join(KINDS)}")
        return HttpError(kind, error.get("message", ""))
    said = Table(where.file, where.table("response")).only(("status", "headers", "body"))
    status, body = said.values.get("status", 200), said.values.get("body", "")
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        raise said.wrong("status must be a number from 200 to 599")
    headers = {name.lower(): value for name, value in said.texts("headers").items()}
    if not isinstance(body, str):
        headers.setdefault("content-type", "application/json")
    content = body.encode() if isinstance(body, str) else orjson.dumps(body)
    return Answer(status, tuple(headers.items()), content, False, url, duration_ms=0)


def _record(exchange: Exchange) -> JsonObject:
    body: JsonObject = {} if exchange.body is None else {"body": exchange.body}
    record: JsonObject = {"request": {"method": exchange.method, "url": exchange.url, **body}}
    reply = exchange.reply
    if isinstance(reply, HttpError):
        return {**record, "error": {"kind": reply.kind, "message": reply.message}}
    headers = joined(reply.headers)
    kept: JsonObject = {"content-type": headers["content-type"]} if "content-type" in headers else {}
    content = parsed(answer_text(reply), headers.get("content-type", ""))
    return {**record, "response": {"status": reply.status, "headers": kept, "body": content}}
