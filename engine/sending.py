"""The request of a delivery: as the script sees it, as it is stored, as it goes out, as it was answered.

What prepare made is turned into bytes once; these are stored before the first attempt, and every attempt sends them
under one `Idempotency-Key`, the delivery's id.
"""

import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import cast
from urllib.parse import urlencode, urlsplit, urlunsplit

from engine.bounded_json import read_json
from engine.http import MAX_ANSWER, Answer, HttpError, OutgoingRequest
from engine.json_text import json_text
from engine.model.integrations import OutgoingIntegration
from engine.model.json import JsonObject, JsonValue
from engine.model.runs import PreparedRequest
from engine.packing import pack, unpack
from engine.redaction import Scrubber
from engine.threads import off_loop

TIMEOUT_MS = 20_000
# What Rocket.Chat sends; some receivers ask for it.
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2227.0 Safari/537.36"

DEPTH = "X-Hookcell-Depth"
IDEMPOTENCY_KEY = "idempotency-key"

_JSON = "application/json"
_JSON_TYPES = frozenset({_JSON, "text/json", "text/javascript", "application/javascript", "application/x-javascript"})
# By name only what is text and nothing else: some of Python's codecs cost far more than they give.
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "iso-8859-1", "iso-8859-15", "latin1", "windows-1252", "utf-16"})


def before_script(url: str, data: JsonObject, integration: OutgoingIntegration) -> JsonObject:
    """The `request` that prepare_outgoing_request gets."""
    return {
        "url": url,
        "method": "POST",
        "headers": {"User-Agent": USER_AGENT, "Content-Type": _JSON},
        "params": {},
        "data": data,
        "auth": None,
        "timeout": TIMEOUT_MS,
        "integration": script_view(integration),
    }


def without_script(url: str, data: JsonObject) -> PreparedRequest:
    headers = (("User-Agent", USER_AGENT), ("Content-Type", _JSON))
    return PreparedRequest(url=url, method="POST", headers=headers, data=data, timeout=TIMEOUT_MS)


def script_view(integration: OutgoingIntegration) -> JsonObject:
    """What a script may know of its integration."""
    return {
        "_id": integration.id,
        "name": integration.name,
        "channel": list(integration.channel),
        "alias": integration.alias,
    }


def encode(prepared: PreparedRequest, idempotency_key: str, depth: int | None) -> OutgoingRequest:
    """The bytes: a dict or list as JSON, text as it is, None as no body.

    `depth` is how many integrations led here, this one among them; None says nothing of it.
    """
    headers = [(name, value) for name, value in without_depth(prepared.headers) if name.lower() != IDEMPOTENCY_KEY]
    body: bytes | None = None
    match prepared.data:
        case None:
            pass
        case str() as text:
            body = text.encode(errors="replace")
        case value:
            body = json_text(value).encode()
            if not _has(headers, "content-type"):
                headers.append(("Content-Type", _JSON))
    if prepared.auth is not None:
        headers = [(name, value) for name, value in headers if name.lower() != "authorization"]
        credentials = ":".join(prepared.auth).encode(errors="replace")
        headers.append(("Authorization", "Basic " + base64.b64encode(credentials).decode()))
    headers.append(("Idempotency-Key", idempotency_key))
    if depth is not None:
        headers.append((DEPTH, str(depth)))
    return OutgoingRequest(
        method=prepared.method,
        url=with_params(prepared.url, prepared.params),
        headers=tuple(headers),
        body=body,
        timeout=prepared.timeout / 1000,
    )


def without_depth(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """How deep a chain is, is for nobody else to say."""
    return [(name, value) for name, value in headers if name.strip().lower() != DEPTH.lower()]


def store_form(request: OutgoingRequest) -> JsonObject:
    body = None if request.body is None else request.body.decode()
    headers: JsonValue = [[name, value] for name, value in request.headers]
    return {
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "body": body,
        "timeout": request.timeout,
    }


def pack_request(request: OutgoingRequest) -> bytes:
    """With references in the place of secrets, and what they stand for: each attempt puts the values in anew."""
    placeholders: JsonValue = [[word, name] for word, name in request.placeholders]
    return pack({**store_form(request), **({"placeholders": placeholders} if placeholders else {})})


def unpack_request(packed: bytes) -> OutgoingRequest:
    """Of what `pack_request` made."""
    stored = cast(dict[str, object], unpack(packed))
    body = stored["body"]
    return OutgoingRequest(
        method=cast(str, stored["method"]),
        url=cast(str, stored["url"]),
        headers=tuple((name, value) for name, value in cast(list[list[str]], stored["headers"])),
        body=None if body is None else cast(str, body).encode(),
        timeout=cast(float, stored["timeout"]),
        placeholders=tuple((word, name) for word, name in cast(list[list[str]], stored.get("placeholders", []))),
    )


def after_sending(request: OutgoingRequest, integration: OutgoingIntegration) -> JsonObject:
    """The `request` that process_outgoing_response gets: what was sent."""
    text = None if request.body is None else request.body.decode()
    return {
        "url": request.url,
        "method": request.method,
        "headers": dict(request.headers),
        "params": {},
        "data": None if text is None else parsed(text, joined(request.headers).get("content-type", "")),
        "auth": None,
        "timeout": round(request.timeout * 1000),
        "integration": script_view(integration),
    }


def answered(answer: Answer) -> JsonObject:
    """The `response` of an answer; a truncated one has no content, only what came of its text."""
    headers = joined(answer.headers)
    text = answer_text(answer)
    return {
        "error": None,
        "status_code": answer.status,
        "content": None if answer.truncated else parsed(text, headers.get("content-type", "")),
        "content_raw": text,
        "headers": dict(headers),
        "truncated": answer.truncated,
    }


def unanswered(error: HttpError) -> JsonObject:
    """The `response` when none came."""
    return {
        "error": {"kind": error.kind, "message": error.message},
        "status_code": 0,
        "content": None,
        "content_raw": "",
        "headers": {},
        "truncated": False,
    }


def scrubbed_error(error: HttpError, scrubber: Scrubber) -> HttpError:
    """The same for whoever is shown it: its message may have what a peer sent."""
    setting = None if error.setting is None else scrubber.text(error.setting)
    return HttpError(error.kind, scrubber.text(error.message), setting)


async def scrubbed(answer: Answer, scrubber: Scrubber) -> Answer:
    """The answer without values of secrets, for the script and for history."""
    if not scrubber:
        return answer
    return await off_loop(len(answer.content), _scrubbed, answer, scrubber)


def _scrubbed(answer: Answer, scrubber: Scrubber) -> Answer:
    text = answer_text(answer)
    clean = scrubber.answer(text)
    named = joined(answer.headers).get("content-type", "")
    headers = tuple((scrubber.text(name), scrubber.text(value)) for name, value in answer.headers)
    if clean != text:
        kind = named.partition(";")[0] or "text/plain"
        headers = tuple((name, value) for name, value in headers if name.lower() != "content-type")
        headers = (*headers, ("content-type", f"{kind}; charset=utf-8"))
        answer = replace(answer, content=clean.encode(errors="replace"))
    return replace(answer, headers=headers, url=scrubber.text(answer.url))


def answer_text(answer: Answer) -> str:
    content_type = joined(answer.headers).get("content-type", "")
    parameters = (part.strip().lower() for part in content_type.split(";")[1:])
    named = next((part.removeprefix("charset=").strip('"') for part in parameters if part.startswith("charset=")), "")
    return answer.content.decode(named if named in _CHARSETS else "utf-8", errors="replace")


async def why_unread(response: JsonObject) -> str | None:
    """Why an answer that says it is JSON has no content, in words for the integration's author."""
    text, kind = cast(str, response["content_raw"]), cast(dict[str, str], response["headers"]).get("content-type", "")
    if not text.strip() or not _is_json(kind):
        return None
    if response["truncated"]:
        return f"it has more than {MAX_ANSWER:,} bytes"
    if response["content"] != text:
        return None
    try:
        await off_loop(len(text), read_json, text)
    except ValueError as error:
        return f"it is no JSON that is read: {error}"
    return None


def parsed(text: str, content_type: str) -> JsonValue:
    """What JSON says it is, where it is said to be JSON and not too complex; else the text."""
    if not _is_json(content_type):
        return text
    try:
        return read_json(text)
    except ValueError:
        return text


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in _JSON_TYPES or kind.endswith("+json")


def with_params(url: str, params: tuple[tuple[str, str], ...]) -> str:
    """The url with these besides its own query."""
    if not params:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        # the client says what is wrong with it
        return url
    query = "&".join(part for part in (parts.query, urlencode(params, errors="replace")) if part)
    return urlunsplit(parts._replace(query=query))


def _has(headers: Iterable[tuple[str, str]], wanted: str) -> bool:
    return any(name.lower() == wanted for name, _ in headers)


def joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By lower-case name; repeated ones with ", " between them."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found
