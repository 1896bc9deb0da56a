"""Which roles hold which permission."""

from api.endpoint import Call
from api.room_schemas import parse_date
from api.user_schemas import PermissionsQuery, PermissionsUpdateBody
from engine.model.json import JsonObject
from engine.workspace.records import permission_record


async def list_all(call: Call[PermissionsQuery]) -> JsonObject:
    since = parse_date("updatedSince", call.params.updated_since, code="error-roomId-param-invalid")
    found = await call.engine.workspace.permissions.listed(since=since or 0)
    return {"update": [permission_record(permission) for permission in found], "remove": []}


async def update(call: Call[PermissionsUpdateBody]) -> JsonObject:
    """The answer has all there are, as the original's."""
    permissions = call.engine.workspace.permissions
    await permissions.update({asked.id: asked.roles for asked in call.params.permissions})
    return {"permissions": [permission_record(permission) for permission in await permissions.listed()]}
