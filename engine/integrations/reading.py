"""integrations.get and integrations.list: who sees which records, and by how many at a time."""

from dataclasses import replace

from engine.errors import PlainError
from engine.integrations.access import rights_over, visible_to
from engine.integrations.registry import Registry
from engine.model.integrations import to_record
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.paging import Page
from engine.store.integrations import Listing, count_integrations, get_integration, list_integrations

# A list of all there are is put together from several reads, up to so many rows.
ROWS_A_READ = 500
MAX_ROWS = 10_000


async def get(registry: Registry, caller: User, integration_id: str, created_by: str | None = None) -> JsonObject:
    """The answer: `integration`. Raises PlainError."""
    saved = await registry.store.read(get_integration, integration_id)
    if saved is None or (created_by is not None and saved.integration.created_by.id != created_by):
        raise PlainError("The integration does not exists.")
    rights = await rights_over(registry.workspace, caller, saved.integration.type)
    if not rights.over(saved.integration):
        raise PlainError("not-authorized")
    return {"integration": to_record(saved.integration)}


async def list_visible(
    registry: Registry, caller: User, page: Page, *, name: str | None = None, type: str | None = None
) -> JsonObject:
    """The answer: `integrations` with `offset`, `items`, `count` and `total`."""
    visible = await visible_to(registry.workspace, caller, strict=registry.strict)
    listing = replace(visible, name=name, type=type)
    total = await registry.store.read(count_integrations, listing)
    records = await _records(registry, listing, page)
    return {
        "integrations": [*records],
        "offset": page.offset,
        "items": len(records),
        "count": len(records),
        "total": total,
    }


async def _records(registry: Registry, listing: Listing, page: Page) -> list[JsonObject]:
    wanted = page.count or MAX_ROWS
    records: list[JsonObject] = []
    while len(records) < wanted:
        limit = min(ROWS_A_READ, wanted - len(records))
        found = await registry.store.read(list_integrations, listing, page.sort, page.offset + len(records), limit)
        records += [to_record(saved.integration) for saved in found]
        if len(found) < limit:
            break
    return records
