"""What the body of a webhook says, by its content type; a body that is not what it says it is counts as empty.

JSON stays unparsed where a script will parse it. Forms: one that is JSON as it stands is what `curl --data '{...}'`
sends; else the single key `payload` holds the JSON of the body, a single key may be JSON itself, and anything else is
the body's fields.
"""

import asyncio
import codecs
from urllib.parse import parse_qsl

from engine.bounded_json import TooComplex, read_json
from engine.errors import PlainError
from engine.model.hooks import HookContent, HookRequest
from engine.model.json import JsonObject, JsonValue

FORM = "application/x-www-form-urlencoded"
MAX_FORM_FIELDS = 1_000
# above it a parser holds the event loop too long, so it runs beside it
MAX_BYTES_ON_LOOP = 64 * 1024
SEPARATE = "separateResponse"
TOO_COMPLEX = "error-body-too-complex"
NOT_AN_OBJECT = "Integration payload must be a JSON object, not an array or primitive"


async def content_of(request: HookRequest) -> HookContent:
    """Raises PlainError for a form whose payload is JSON but no object, or which is too much."""
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
    if not content.parse:
        return content.value if isinstance(content.value, dict) else {}
    if len(request.raw) > MAX_BYTES_ON_LOOP:
        return await asyncio.to_thread(_object, request.raw)
    return _object(request.raw)


def why_empty(request: HookRequest, content: HookContent) -> str | None:
    """Why a JSON body counts as empty, for the trace: senders get a 200 for it, and somebody will wonder."""
    if not content.parse or len(request.raw) > MAX_BYTES_ON_LOOP:
        return None
    try:
        value = _json(_without_mark(request.raw))
    except ValueError as error:
        return f"the body is not JSON: {error}"
    return None if isinstance(value, dict) else "the body is JSON, but no object"


async def carried_over(request: HookRequest, content: JsonObject) -> JsonObject:
    """A script's content, with `separateResponse` of the request where the script says nothing of it."""
    if SEPARATE in content or SEPARATE.encode() not in request.raw:
        return content
    try:
        asked = (await parsed_here(request, await content_of(request))).get(SEPARATE)
    except PlainError:
        # it was not too much for the script
        return content
    return content if asked is None else {**content, SEPARATE: asked}


def _json(text: str | bytes) -> JsonValue:
    """Raises ValueError for what is no JSON, PlainError for too much of it."""
    try:
        return read_json(text)
    except TooComplex as error:
        raise PlainError(TOO_COMPLEX, hint=str(error)) from None


def _without_mark(raw: bytes) -> bytes:
    """Some senders begin UTF-8 with a byte order mark."""
    return raw.removeprefix(codecs.BOM_UTF8)


def _object(raw: bytes) -> JsonObject:
    """Empty for anything else."""
    try:
        value = _json(_without_mark(raw))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _form(raw: bytes) -> JsonObject:
    if raw.lstrip()[:1] == b"{" and (whole := _object(raw)):
        # read as a form, its text would lose every & and + and %
        return whole
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
        return _object(f"{key}={value}".encode() if value else key.encode()) or fields
    return fields


def _payload(text: str, fields: JsonObject) -> JsonObject:
    try:
        value = _json(text)
    except ValueError:
        return fields
    if not isinstance(value, dict):
        raise PlainError(NOT_AN_OBJECT)
    return value
