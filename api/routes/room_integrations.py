"""The integrations of one room. A group that one is not in does not exist."""

from typing import Any

from api.endpoint import Call
from api.integration_schemas import ChannelIntegrationsQuery, GroupIntegrationsQuery, RoomIntegrationsQuery
from api.routes.rooms import named_room, no_such_room
from engine import integrations
from engine.model.json import JsonObject
from engine.model.messages import Room


async def of_channel(call: Call[ChannelIntegrationsQuery]) -> JsonObject:
    room = await named_room(call.engine.workspace, call.params)
    if room is None or room.t != "c":
        raise no_such_room("channel")
    return await _listed(call, call.params, room, call.params.include_all_public_channels == "true")


async def of_group(call: Call[GroupIntegrationsQuery]) -> JsonObject:
    workspace = call.engine.workspace
    room = await named_room(workspace, call.params)
    if room is None or room.t != "p" or not await workspace.is_member(room.id, call.user.id):
        raise no_such_room("group")
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
