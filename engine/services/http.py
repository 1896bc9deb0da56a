"""http: what a hook may call, through the guarded client; so many calls of so much within its time."""

import base64
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlencode

from engine.http import Answer, Filler, HttpError, OutgoingRequest, destination_of
from engine.json_text import json_text
from engine.model.json import JsonObject, JsonValue
from engine.redaction import MASK, Scrubber
from engine.scripts import ServiceError
from engine.sending import DEPTH, answer_text, joined, parsed, scrubbed_error, with_params, without_depth
from engine.services.arguments import Arguments, shown, wrong_type, wrong_value
from engine.threads import off_loop

MAX_CALLS = 20
MAX_BYTES = 1024 * 1024
MAX_SECONDS = 10.0
# What is left of a call's time for the script to see that none is left.
SPARE_SECONDS = 0.1
# of what all calls of a hook were and were answered, as history keeps it: below what it cuts
MAX_KEPT = 48 * 1024
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

Send: TypeAlias = Callable[[OutgoingRequest, Filler, int], Awaitable[Answer]]

_TOKEN = re.compile(r"(?i)(?:token|secret|password|passwd|api_?key|authorization)$")

REASONS = {
    "timeout": "timeout",
    "connect": "connect",
    "resolve": "connect",
    "protocol": "connect",
    "redirect-without-location": "connect",
    "tls": "tls",
    "refused-by-policy": "refused-by-policy",
    "too-many-redirects": "too-many",
}


@dataclass(slots=True)
class HttpService:
    """Of one hook. `id` is what its writes are told apart by, `seconds_left` how long it may still take.

    `send` takes a request, what fills it and the most bytes of an answer; `made` is {method, host, status or error, ms}
    of each call, for the trace. `depth` is how many integrations led here, this one among them, for whoever is called;
    None says nothing of it. Until MAX_KEPT characters are full it has with it what a replay answers from: `url`,
    `body`, and `answer` {headers, body} or `message`.
    """

    id: str
    send: Send
    filler: Filler
    scrubber: Scrubber
    seconds_left: Callable[[], float]
    depth: int | None = None
    made: list[JsonValue] = field(default_factory=list)
    _room: int = MAX_KEPT

    async def ask(self, verb: str, values: JsonObject) -> JsonValue:
        if verb != "request":
            raise wrong_value(f"there is no http.{verb[:40]}")
        if len(self.made) >= MAX_CALLS:
            raise _error("too-many", f"a hook may make {MAX_CALLS} calls")
        request = self._request(Arguments("http.request", values))
        done: JsonObject = {"method": request.method, "host": _host(request.url)}
        self.made.append(done)
        try:
            answer = await self.send(request, self.filler, MAX_BYTES)
        except HttpError as raised:
            error = scrubbed_error(raised, self.scrubber)
            done["error"] = error.kind
            self._keep(done, kept_request(request) | {"message": error.message})
            if error.kind in ("bad-url", "bad-request"):
                raise wrong_value(f"http.request(): {error.message}") from None
            raise _error(REASONS[error.kind], error.message) from None
        done |= {"status": answer.status, "ms": answer.duration_ms}
        if len(answer.content) <= self._room:
            self._keep(done, kept_request(request) | {"answer": kept_answer(answer, self.scrubber)})
        if answer.truncated:
            raise _error("too-large", f"the answer of {done['host']} has more than {MAX_BYTES:,} bytes")
        return await off_loop(len(answer.content), shown_answer, answer, self.scrubber)

    def _keep(self, done: JsonObject, kept: JsonObject) -> None:
        size = len(json_text(kept))
        if size <= self._room:
            self._room -= size
            done |= kept

    def _request(self, arguments: Arguments) -> OutgoingRequest:
        method, headers = arguments.text("method").upper(), without_depth(arguments.pairs("headers"))
        url = with_params(arguments.text("url"), arguments.pairs("params", lists=True))
        names = {name.lower() for name, _ in headers}
        body, kind = _body(arguments)
        if body is not None and len(body) > MAX_BYTES:
            raise _error("too-large", f"the body has {len(body):,} bytes; at most {MAX_BYTES:,} are sent")
        if kind is not None and "content-type" not in names:
            headers.append(("Content-Type", kind))
        if (auth := _auth(arguments)) is not None:
            headers = [(name, value) for name, value in headers if name.lower() != "authorization"]
            headers.append(("Authorization", "Basic " + base64.b64encode(auth.encode(errors="replace")).decode()))
        if method in WRITES and "idempotency-key" not in names:
            headers.append(("Idempotency-Key", f"{self.id}-{len(self.made) + 1}"))
        if self.depth is not None:
            headers.append((DEPTH, str(self.depth)))
        return OutgoingRequest(method, url, tuple(headers), body, self._timeout(arguments))

    def _timeout(self, arguments: Arguments) -> float:
        asked = arguments.number("timeout")
        if asked <= 0:
            raise wrong_value("http.request(): timeout is seconds, more than 0")
        left = self.seconds_left() - SPARE_SECONDS
        if left <= 0:
            raise _error("timeout", "the call has no time left")
        return max(0.001, min(float(asked), MAX_SECONDS, left))


def kept_request(request: OutgoingRequest) -> JsonObject:
    """As history keeps it; references to secrets are masked there."""
    kept: JsonObject = {"url": request.url}
    if request.body is not None and len(request.body) <= MAX_KEPT:
        headers = joined(request.headers)
        kept["body"] = _without_tokens(parsed(request.body.decode(errors="replace"), headers.get("content-type", "")))
    return kept


def kept_answer(answer: Answer, scrubber: Scrubber) -> JsonObject:
    kind = joined(answer.headers).get("content-type", "")
    body = _without_tokens(parsed(scrubber.answer(answer_text(answer)), kind))
    return {"headers": {"content-type": kind} if kind else {}, "body": body}


def _without_tokens(value: JsonValue) -> JsonValue:
    """Whoever is asked for a token answers it in JSON."""
    match value:
        case dict():
            return {key: MASK if _TOKEN.search(key) else _without_tokens(item) for key, item in value.items()}
        case list():
            return [_without_tokens(item) for item in value]
        case _:
            return value


def shown_answer(answer: Answer, scrubber: Scrubber) -> JsonObject:
    """The answer as a script gets it."""
    headers: JsonObject = {scrubber.text(name): scrubber.text(value) for name, value in joined(answer.headers).items()}
    return {
        "status_code": answer.status,
        "headers": headers,
        "text": scrubber.answer(answer_text(answer)),
        "url": scrubber.text(answer.url),
    }


def _body(arguments: Arguments) -> tuple[bytes | None, str | None]:
    """The bytes, and what they are where that is known."""
    value, data = arguments.values.get("json"), arguments.values.get("data")
    if value is not None and data is not None:
        raise wrong_type("http.request(): give json or data, not both")
    if value is not None:
        return json_text(value).encode(), "application/json"
    match data:
        case None:
            return None, None
        case str():
            return data.encode(errors="replace"), None
        case dict():
            form = urlencode(arguments.pairs("data", lists=True), errors="replace")
            return form.encode(), "application/x-www-form-urlencoded"
        case _:
            raise wrong_type(f"http.request(): data must be text or a dict, not {shown(data)}; give a list as json")


def _auth(arguments: Arguments) -> str | None:
    match arguments.values.get("auth"):
        case None:
            return None
        case [str(user), str(password)]:
            return f"{user}:{password}"
        case _:
            raise wrong_type("http.request(): auth must be (user, password)")


def _host(url: str) -> str | None:
    try:
        return destination_of(url)
    except HttpError:
        return None


def _error(reason: str, message: str) -> ServiceError:
    return ServiceError("http.Error", message, {"reason": reason})
