"""Files: uploaded to a room in one step or in two, and fetched by the members of the room.

`rooms.upload` posts the file at once; `rooms.media` keeps it, and `rooms.mediaConfirm` posts it.
"""

from collections.abc import AsyncIterator
from functools import partial
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.auth import user_of
from api.bodies import BAD_FORM, form_of
from api.chat_schemas import MediaBody
from api.endpoint import Call
from api.engine import Engine
from api.schemas import Nothing
from engine.errors import CodedError, Forbidden, NotFound, NotLoggedIn, TooLarge
from engine.model.files import File
from engine.model.json import JsonObject
from engine.model.messages import Room, User
from engine.params import read_body
from engine.posting import check_size, normalise
from engine.workspace.files import CHUNK, MAX_FILE, content_of, path_of, showing, shown_once
from engine.workspace.protocol import PostIntent
from engine.workspace.records import message_record

FIELD = "file"
MAX_FIELDS = 20
MAX_FIELD_BYTES = 512 * 1024


async def upload(call: Call[Nothing]) -> JsonObject:
    room = await _room(call)
    file, said = await _received(call, room)
    return await _post(call, room, file, read_body(said, MediaBody))


async def media(call: Call[Nothing]) -> JsonObject:
    file, _ = await _received(call, await _room(call))
    return {"file": {"_id": file.id, "url": path_of(file)}}


async def confirm(call: Call[MediaBody]) -> JsonObject:
    room = await _room(call)
    file = await call.engine.workspace.files.get(call.request.path_params["file"])
    if file is None or (file.room_id, file.user_id) != (room.id, call.user.id):
        raise CodedError("invalid-file")
    return await _post(call, room, file, call.params)


async def download(request: Request) -> Response:
    """By a signed link, or by a member of the room; see `_reader` for who that is."""
    engine: Engine = request.app.state.engine
    file_id, query = request.path_params["id"], request.query_params
    signed = await engine.workspace.file_links.allows(file_id, query.get("expires", ""), query.get("signature", ""))
    reader = None if signed else await _reader(engine, request)
    file = await engine.workspace.files.get(file_id)
    if file is None or file.message_id is None:
        raise NotFound("There is no such file.", "error-file-not-found")
    if reader is not None and not await engine.workspace.is_member(file.room_id, reader.id):
        raise Forbidden
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Length": str(file.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(engine.workspace.files.read(file), headers=headers, media_type=file.type)


async def _reader(engine: Engine, request: Request) -> User:
    """`rc_uid` and `rc_token` stand for the two headers, for what cannot send any. Raises Forbidden."""
    given = [
        request.headers.get(header) or request.query_params.get(name, "")
        for header, name in (("x-auth-token", "rc_token"), ("x-user-id", "rc_uid"))
    ]
    try:
        return await user_of(engine.workspace, *given)
    except NotLoggedIn:
        raise Forbidden from None


async def _room(call: Call[Nothing] | Call[MediaBody]) -> Room:
    """Raises Forbidden, also where there is no such room."""
    workspace = call.engine.workspace
    room = await workspace.room(id=call.request.path_params["room"])
    if room is None or not await workspace.rooms.may_see(call.user, room):
        raise Forbidden
    return room


async def _received(call: Call[Nothing], room: Room) -> tuple[File, JsonObject]:
    """The file, and the form's other fields. Raises ClientError."""
    if not call.request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise CodedError(BAD_FORM, 'The body must be multipart/form-data, with the file in its field "file".')
    async with form_of(call.request, files=1, fields=MAX_FIELDS, field_bytes=MAX_FIELD_BYTES) as form:
        found = form.get(FIELD)
        if not isinstance(found, UploadFile):
            raise CodedError("invalid-field", 'The form needs a file in its field "file"')
        size = found.size or 0
        if size > MAX_FILE:
            raise TooLarge(MAX_FILE)
        said: JsonObject = {name: value for name, value in form.items() if isinstance(value, str)}
        keep = call.engine.workspace.files.keep
        file = await keep(call.user, room, found.filename or "", found.content_type or "", size, _pieces(found))
    return file, said


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(CHUNK):
        yield piece


async def _post(call: Call[Nothing] | Call[MediaBody], room: Room, file: File, said: MediaBody) -> JsonObject:
    # read as every other content is; the attachment is ours
    words = normalise({"msg": said.msg, "tmid": said.tmid, "attachments": [{"text": said.description}]})
    check_size(words, call.settings.max_message_size)
    description = words.attachments[0].get("text")
    content = content_of(
        file, text=words.text, description=description if isinstance(description, str) else None, tmid=words.tmid
    )
    draft = await call.engine.workspace.resolve(PostIntent(call.user.id, room.id, content))
    posted = (await call.engine.post([showing(draft, file)], also=partial(shown_once, file)))[0]
    return {"message": message_record(posted.message, posted.user.name)}
