"""What the body of a webhook says, by its content type; a body that is not what it says it is counts as empty.

JSON stays unparsed where a script will parse it. Forms: the single key `payload` holds the JSON of the body, a single
key that is JSON itself is what `curl --data '{...}'` sends, anything else is the body's fields.
"""

import asyncio
from urllib.parse import parse_qsl

import orjson

from engine.errors import PlainError
from engine.model.hooks import HookContent, HookRequest
from engine.model.json import JsonObject, JsonValue

FORM = "application/x-www-form-urlencoded"
MAX_FORM_FIELDS = 1_000
# above it a parser holds the event loop too long, so it runs beside it
MAX_BYTES_ON_LOOP = 64 * 1024
# what takes a parser long is not a body's size but how many objects and lists are in it
MAX_CONTAINERS = 50_000
# as they are, and as a form may spell them
_OPENING = (b"[", b"{", b"%5B", b"%5b", b"%7B", b"%7b")
SEPARATE = "separateResponse"
NOT_AN_OBJECT = "Integration payload must be a JSON object, not an array or primitive"


async def content_of(request: HookRequest) -> HookContent:
    """Raises PlainError for a form whose payload is JSON but no object, or which has too many fields."""
    if request.method == "GET" or not request.raw:
        return HookContent({})
    kind = request.content_type
    if kind == "application/json" or kind.endswith("+json"):
        return HookContent({}, parse=True)
    if kind == FORM:
        if len(request.raw) > MAX_BYTES_ON_LOOP:
            return HookContent(await asyncio.to_thread(_form, request.raw))
        return HookContent(_form(request.raw))
    return HookContent({})


async def parsed_here(request: HookRequest, content: HookContent) -> JsonObject:
    """The body for an integration without a script, where only an object is posted and anything else is empty."""
    value = content.value
    if content.parse:
        _check_containers(request.raw)
        value = (
            await asyncio.to_thread(_json, request.raw) if len(request.raw) > MAX_BYTES_ON_LOOP else _json(request.raw)
        )
    return value if isinstance(value, dict) else {}


async def carried_over(request: HookRequest, content: JsonObject) -> JsonObject:
    """A script's content, with `separateResponse` of the request where the script says nothing of it."""
    if SEPARATE in content or SEPARATE.encode() not in request.raw:
        return content
    asked = (await parsed_here(request, await content_of(request))).get(SEPARATE)
    return content if asked is None else {**content, SEPARATE: asked}


def _json(raw: bytes) -> JsonValue:
    try:
        value: JsonValue = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return value


def _check_containers(raw: bytes) -> None:
    if sum(map(raw.count, _OPENING)) > MAX_CONTAINERS:
        raise PlainError("error-body-too-complex", hint=f"more than {MAX_CONTAINERS} objects and lists")


def _form(raw: bytes) -> JsonObject:
    _check_containers(raw)
    try:
        pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError:
        raise PlainError("error-too-many-fields", hint=f"a form has at most {MAX_FORM_FIELDS} fields") from None
    fields: JsonObject = {}
    for key, value in pairs:
        before = fields.get(key)
        if before is None:
            fields[key] = value
        else:
            fields[key] = [*(before if isinstance(before, list) else [before]), value]
    if len(pairs) != 1:
        return fields
    [(key, value)] = pairs
    if key == "payload":
        return _payload(value, fields)
    if key[:1] in "{[":
        # a value after the first `=` inside the JSON text was split off as the key's value
        whole = _json(f"{key}={value}".encode() if value else key.encode())
        if isinstance(whole, dict) and whole:
            return whole
    return fields


def _payload(text: str, fields: JsonObject) -> JsonObject:
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError:
        return fields
    if not isinstance(value, dict):
        raise PlainError(NOT_AN_OBJECT)
    return value
