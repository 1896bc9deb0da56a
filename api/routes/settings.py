"""The settings of Rocket.Chat's that this server has."""

from api.endpoint import Call
from api.user_schemas import SettingBody, UsersQuery
from engine.model.json import JsonObject
from engine.workspace.settings import KNOWN, check_known


async def listed(call: Call[UsersQuery]) -> JsonObject:
    """Without view-privileged-setting those only that everybody may know."""
    workspace, page = call.engine.workspace, call.params.page(("_id",), call.settings.paging)
    all_of_them = await workspace.has_permission(call.user, "view-privileged-setting")
    values = await workspace.settings.all()
    records = [{"_id": id, "value": values[id]} for id, known in KNOWN.items() if all_of_them or known.public]
    if ("_id", -1) in page.sort:
        records.reverse()
    shown = records[page.offset :][: page.count or None]
    return {"settings": [*shown], "count": len(shown), "offset": page.offset, "total": len(records)}


async def get(call: Call[object]) -> JsonObject:
    id = call.request.path_params["id"]
    check_known(id)
    return {"_id": id, "value": (await call.engine.workspace.settings.all())[id]}


async def update(call: Call[SettingBody]) -> JsonObject:
    await call.engine.workspace.settings.change(call.request.path_params["id"], call.params.value)
    return {}
