"""What happened to an integration's calls and deliveries, newest first."""

from api.endpoint import Call
from engine.history_lists import SORTABLE, list_history
from engine.model.json import JsonObject
from engine.paging import PageQuery
from engine.params import Text


class HistoryQuery(PageQuery):
    id: Text


async def integrations_history(call: Call[HistoryQuery]) -> JsonObject:
    engine, params = call.engine, call.params
    page = params.page(SORTABLE)
    return await list_history(
        engine.store, engine.workspace, call.user, params.id, page, strict=engine.settings.strict_compat
    )
