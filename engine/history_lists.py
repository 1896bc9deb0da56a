"""integrations.history: who sees which runs, and which part of them.

An integration's history takes the permission of its own kind, all or own; strictly the outgoing one, as in the
original. An integration that does not exist has an empty history.
"""

from engine.errors import Forbidden, PlainError
from engine.history import incoming_record, outgoing_records
from engine.integrations.access import rights_over
from engine.model.integrations import INCOMING, OUTGOING, Kind
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.paging import Page
from engine.store.database import Store
from engine.store.history import Order, count_incoming, count_outgoing, list_incoming, list_outgoing
from engine.store.integrations import get_integration
from engine.workspace.protocol import Workspace

SORTABLE = ("_updatedAt", "_createdAt")
RECORDS_A_READ = 50
# for whoever asks for all
MAX_RECORDS = 1_000


async def list_history(
    store: Store, workspace: Workspace, caller: User, integration_id: str, page: Page, *, strict: bool
) -> JsonObject:
    """The answer: `history` with `offset`, `items`, `count` and `total`. Raises Forbidden, PlainError."""
    if strict and not (await rights_over(workspace, caller, OUTGOING)).any:
        raise Forbidden
    if not integration_id.strip():
        raise PlainError("Invalid integration id.")
    records: list[JsonObject] = []
    total = 0
    saved = await store.read(get_integration, integration_id)
    if saved is not None:
        kind = saved.integration.type
        rights = await rights_over(workspace, caller, OUTGOING if strict else kind)
        if not rights.any:
            raise Forbidden
        if rights.over(saved.integration):
            total = await store.read(count_incoming if kind == INCOMING else count_outgoing, integration_id)
            records = await _records(store, kind, integration_id, page)
    numbers: JsonObject = {"offset": page.offset, "items": len(records), "count": len(records), "total": total}
    return {"history": [*records], **numbers}


async def _records(store: Store, kind: Kind, integration_id: str, page: Page) -> list[JsonObject]:
    field, way = page.sort[0] if page.sort else ("_updatedAt", -1)
    order = Order(by_creation=field == "_createdAt", newest_first=way == -1)
    wanted = page.count or MAX_RECORDS
    records: list[JsonObject] = []
    while len(records) < wanted:
        limit = min(RECORDS_A_READ, wanted - len(records))
        found = await _some(store, kind, integration_id, page.offset + len(records), limit, order)
        records += found
        if len(found) < limit:
            break
    return records


async def _some(
    store: Store, kind: Kind, integration_id: str, offset: int, limit: int, order: Order
) -> list[JsonObject]:
    if kind == INCOMING:
        incoming = await store.read(list_incoming, integration_id, offset=offset, limit=limit, order=order)
        return [incoming_record(run) for run in incoming]
    skipped, runs = await store.read(list_outgoing, integration_id, offset=offset, limit=limit, order=order)
    found = [record for run in runs for record in outgoing_records(run)[:: 1 if order.newest_first else -1]]
    return found[skipped : skipped + limit]
