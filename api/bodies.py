"""Request bodies: capped before anybody reads them, in size, in time and in all together, and parsed with care."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.bounded_json import TooComplex, charset_of, decoded, read_json
from engine.errors import CodedError, InvalidParams, TooLarge, TooSlow, Unavailable
from engine.model.json import JsonObject, JsonValue
from engine.settings import MIB, Settings
from engine.workspace.files import MAX_FILE

UPLOADS = ("/api/v1/rooms.upload/", "/api/v1/rooms.media/")
MAX_IN_FLIGHT = 256 * MIB
# a file with what a form puts around it and beside it
MAX_UPLOAD = MAX_FILE + MIB
# from the end of the headers to the last byte
MAX_SECONDS, MAX_UPLOAD_SECONDS = 30.0, 300.0
MAX_FORM_FIELDS = 1000
MAX_FORM_FIELD = MIB
BAD_FORM = "error-invalid-form"


class BodyLimits:
    """Raises TooLarge, TooSlow, or Unavailable when the bodies of all requests together are too much."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        limit, seconds = self._limits(scope["path"])
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise TooLarge(limit)
        seen = 0
        # None once the body is there: what is received after it is the client's leaving, whenever that may be
        deadline: float | None = asyncio.get_running_loop().time() + seconds

        async def receive_within_limits() -> Message:
            nonlocal seen, deadline
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise TooSlow(seconds) from None
            if not message.get("more_body", False):
                deadline = None
            body = message.get("body", b"")
            seen += len(body)
            self._in_flight += len(body)
            if seen > limit:
                raise TooLarge(limit)
            if self._in_flight > MAX_IN_FLIGHT:
                raise Unavailable("Too many large requests at once; send it again.")
            return message

        try:
            await self._app(scope, receive_within_limits, send)
        finally:
            self._in_flight -= seen

    def _limits(self, path: str) -> tuple[int, float]:
        """In bytes and in seconds."""
        if path.startswith("/hooks/"):
            return self._settings.max_body_hooks, MAX_SECONDS
        if path.startswith(UPLOADS):
            return MAX_UPLOAD, MAX_UPLOAD_SECONDS
        return self._settings.max_body_api, MAX_SECONDS


async def read_object(request: Request) -> JsonObject:
    """The body of an API call: JSON, or the fields of a form; none is an empty object. Raises InvalidParams."""
    body = await request.body()
    if not body:
        return {}
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return await _read_form(request)
    value = parse_json(body, charset_of(content_type))
    if not isinstance(value, dict):
        raise InvalidParams(["must be object"])
    return value


def parse_json(body: bytes, charset: str) -> JsonValue:
    """Raises InvalidParams."""
    try:
        return read_json(decoded(body, charset))
    except TooComplex as error:
        raise InvalidParams([f"must NOT have {error}"]) from None
    except ValueError as error:
        raise InvalidParams([f"must be JSON: {error}"]) from None


@asynccontextmanager
async def form_of(request: Request, *, files: int, fields: int, field_bytes: int) -> AsyncIterator[FormData]:
    """Raises CodedError for a form that is broken, or has more files, fields or bytes in a field."""
    try:
        form = await request.form(max_files=files, max_fields=fields, max_part_size=field_bytes)
    except HTTPException as error:
        # the parser's own words
        raise CodedError(BAD_FORM, error.detail) from None
    try:
        yield form
    finally:
        await form.close()


async def _read_form(request: Request) -> JsonObject:
    fields: JsonObject = {}
    async with form_of(request, files=0, fields=MAX_FORM_FIELDS, field_bytes=MAX_FORM_FIELD) as form:
        for name, value in form.multi_items():
            assert isinstance(value, str)
            fields[name] = value
    return fields
