"""What the body of a webhook says, by its content type; a body that is not what it says it is counts as empty.

JSON in UTF-8 is left to the cell where a script runs, whose report says why it is none. Forms: one that is JSON as it
stands is what `curl --data '{...}'` sends; else the single key `payload` holds the JSON of the body, a single key may
be JSON itself, and anything else is the body's fields.
"""

import asyncio
from urllib.parse import parse_qsl

from engine.bounded_json import CHARSETS, TooComplex, charset_of, decoded, read_json
from engine.errors import PlainError
from engine.model.hooks import HookContent, HookRequest
from engine.model.json import JsonObject, JsonValue

FORM = "application/x-www-form-urlencoded"
MAX_FORM_FIELDS = 1_000
# above it a parser holds the event loop too long, so it runs beside it
MAX_BYTES_ON_LOOP = 64 * 1024
SEPARATE = "separateResponse"
# the step of a trace that says so
EMPTY_BODY = "body-counts-as-empty"
TOO_COMPLEX = "error-body-too-complex"
NOT_AN_OBJECT = "Integration payload must be a JSON object, not an array or primitive"


async def content_of(request: HookRequest) -> HookContent:
    """Raises PlainError for a form whose payload is JSON but no object, or which is too much."""
    if request.method == "GET" or not request.raw:
        return HookContent({})
    if request.is_json:
        if CHARSETS.get(charset_of(request.headers["content-type"])) == "utf-8":
            return HookContent({}, parse=True)
        return await _read(request)
    if request.content_type == FORM:
        if len(request.raw) > MAX_BYTES_ON_LOOP:
            return HookContent(await asyncio.to_thread(_form, request.raw))
        return HookContent(_form(request.raw))
    return HookContent({}, why=f"the content type is {request.content_type or 'not given'}, neither JSON nor a form")


async def posted_as_it_is(request: HookRequest, content: HookContent) -> HookContent:
    """The same for an integration without a script, where only an object is posted and anything else is empty.

    Raises PlainError for what is too much.
    """
    if content.parse:
        content = await _read(request)
    if isinstance(content.value, dict):
        return content
    return HookContent({}, why="the body is JSON, but no object")


async def carried_over(request: HookRequest, content: JsonObject) -> JsonObject:
    """A script's content, with `separateResponse` of the request where the script says nothing of it."""
    if SEPARATE in content or SEPARATE.encode() not in request.raw:
        return content
    try:
        body = (await posted_as_it_is(request, await content_of(request))).value
    except PlainError:
        # it was not too much for the script
        return content
    asked = body.get(SEPARATE) if isinstance(body, dict) else None
    return content if asked is None else {**content, SEPARATE: asked}


def no_json(why: object) -> str:
    return f"the body is not JSON: {why}"


async def _read(request: HookRequest) -> HookContent:
    """Raises PlainError for too much."""
    if len(request.raw) > MAX_BYTES_ON_LOOP:
        return await asyncio.to_thread(_json_content, request)
    return _json_content(request)


def _json_content(request: HookRequest) -> HookContent:
    try:
        return HookContent(_json(decoded(request.raw, charset_of(request.headers["content-type"]))))
    except ValueError as error:
        return HookContent({}, why=no_json(error))


def _json(text: str | bytes) -> JsonValue:
    """Raises ValueError for what is no JSON, PlainError for too much of it."""
    try:
        return read_json(text)
    except TooComplex as error:
        raise PlainError(TOO_COMPLEX, hint=str(error)) from None


def _object(raw: bytes) -> JsonObject:
    """Empty for anything else."""
    try:
        value = _json(decoded(raw, "utf-8"))
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
