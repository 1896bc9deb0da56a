"""The integrations of one room. A group that one is not in does not exist."""

from typing import Any

from api.endpoint import Call
from api.integration_schemas import ChannelIntegrationsQuery, GroupIntegrationsQuery, RoomIntegrationsQuery
from engine import integrations
from engine.errors import CodedError
from engine.model.json import JsonObject
from engine.model.messages import Room
from engine.workspace.protocol import Workspace


async def of_channel(call: Call[ChannelIntegrationsQuery]) -> JsonObject:
    room = await _room(call.engine.workspace, call.params)
    if room is None or room.t != "c":
        raise _no_room("channel")
    return await _listed(call, call.params, room, call.params.include_all_public_channels == "true")


async def of_group(call: Call[GroupIntegrationsQuery]) -> JsonObject:
    workspace = call.engine.workspace
    room = await _room(workspace, call.params)
    if room is None or room.t != "p" or not await workspace.is_member(room.id, call.user.id):
        raise _no_room("group")
    return await _listed(call, call.params, room, call.params.include_all_private_groups == "true")


async def _listed(call: Call[Any], params: RoomIntegrationsQuery, room: Room, groups: bool) -> JsonObject:
    settings = call.engine.settings
    query, shown = params.search(settings), params.shown(settings)
    return await integrations.list_of_room(
        call.engine.registry,
        call.user,
        room,
        params.page(bounds=call.settings.paging),
        groups=groups,
        query=query,
        shown=shown,
    )


async def _room(workspace: Workspace, params: RoomIntegrationsQuery) -> Room | None:
    if params.room_id:
        return await workspace.room(id=params.room_id)
    if params.room_name:
        return await workspace.room(name=params.room_name)
    raise CodedError("error-roomid-param-not-provided", 'The parameter "roomId" or "roomName" is required')


def _no_room(kind: str) -> CodedError:
    return CodedError(
        "error-room-not-found", f'The required "roomId" or "roomName" param provided does not match any {kind}'
    )
