"""The settings of Rocket.Chat's that this server has."""

from api.endpoint import Call
from api.lists import list_answer
from api.user_schemas import SettingBody, UsersQuery
from engine.model.json import JsonObject
from engine.paging import Page
from engine.workspace.settings import KNOWN, check_known


async def listed(call: Call[UsersQuery]) -> JsonObject:
    """Without view-privileged-setting those only that everybody may know."""
    workspace = call.engine.workspace
    all_of_them = await workspace.has_permission(call.user, "view-privileged-setting")
    values = await workspace.settings.all()
    ids = [id for id, known in KNOWN.items() if all_of_them or known.public]

    async def listed(page: Page) -> tuple[list[str], int]:
        ordered = ids[::-1] if ("_id", -1) in page.sort else ids
        return ordered[page.offset :][: page.count or None], len(ids)

    return await list_answer(call, "settings", listed, lambda id: {"_id": id, "value": values[id]}, ("_id",))


async def get(call: Call[object]) -> JsonObject:
    id = call.request.path_params["id"]
    check_known(id)
    return {"_id": id, "value": (await call.engine.workspace.settings.all())[id]}


async def update(call: Call[SettingBody]) -> JsonObject:
    await call.engine.workspace.settings.change(call.request.path_params["id"], call.params.value)
    return {}
