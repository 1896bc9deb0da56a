"""Making rooms, and what was said in them. A room that one is not in, and may not see, does not exist."""

from typing import Literal

from api.endpoint import Call
from api.schemas import DirectBody, DirectMessagesQuery, RoomBody, RoomMessagesQuery
from engine.errors import CodedError
from engine.model.json import JsonObject
from engine.model.messages import Room
from engine.paging import Page
from engine.workspace.records import message_record, room_record
from engine.workspace.rooms import Rooms


async def channels_create(call: Call[RoomBody]) -> JsonObject:
    return {"channel": await _create(call, "c")}


async def groups_create(call: Call[RoomBody]) -> JsonObject:
    return {"group": await _create(call, "p")}


async def im_create(call: Call[DirectBody]) -> JsonObject:
    rooms = call.engine.workspace.rooms
    info = await rooms.open_direct(call.user, call.params.others(), join=not call.params.exclude_self)
    return {"room": room_record(info)}


async def channels_messages(call: Call[RoomMessagesQuery]) -> JsonObject:
    room = await _named(call)
    if room is None or room.t != "c":
        raise _no_room("channel")
    return await _messages(call.engine.workspace.rooms, room, call.params.page(("ts",)))


async def groups_messages(call: Call[RoomMessagesQuery]) -> JsonObject:
    workspace = call.engine.workspace
    room = await _named(call)
    if room is None or room.t != "p" or not await workspace.is_member(room.id, call.user.id):
        raise _no_room("group")
    return await _messages(workspace.rooms, room, call.params.page(("ts",)))


async def im_messages(call: Call[DirectMessagesQuery]) -> JsonObject:
    workspace, params = call.engine.workspace, call.params
    if params.room_id:
        room = await workspace.room(id=params.room_id)
    elif params.username:
        room = await workspace.rooms.direct_with(call.user, params.username)
    else:
        raise CodedError("error-roomid-param-not-provided", 'Query param "roomId" or "username" is required')
    if room is None or room.t != "d" or not await workspace.is_member(room.id, call.user.id):
        raise CodedError(
            "error-room-not-found",
            'The required "roomId" or "username" param provided does not match any direct message',
        )
    return await _messages(workspace.rooms, room, params.page(("ts",)))


async def _create(call: Call[RoomBody], kind: Literal["c", "p"]) -> JsonObject:
    params = call.params
    info = await call.engine.workspace.rooms.create(
        kind, params.name, call.user, params.members, read_only=params.read_only, join=not params.exclude_self
    )
    return room_record(info)


async def _named(call: Call[RoomMessagesQuery]) -> Room | None:
    params, workspace = call.params, call.engine.workspace
    if params.room_id:
        return await workspace.room(id=params.room_id)
    if params.room_name:
        return await workspace.room(name=params.room_name)
    raise CodedError("error-roomid-param-not-provided", 'The parameter "roomId" or "roomName" is required')


async def _messages(rooms: Rooms, room: Room, page: Page) -> JsonObject:
    newest_first = page.sort[:1] != (("ts", 1),)
    found, total = await rooms.history(room.id, offset=page.offset, count=page.count, newest_first=newest_first)
    records = [message_record(message, author_name) for message, author_name in found]
    return {"messages": [*records], "count": len(records), "offset": page.offset, "total": total}


def _no_room(kind: str) -> CodedError:
    return CodedError(
        "error-room-not-found", f'The required "roomId" or "roomName" param provided does not match any {kind}'
    )
