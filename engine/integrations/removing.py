"""integrations.remove: the row first, so that nothing new begins, then all that belonged to it, a little at a time."""

from collections.abc import Callable

from engine.errors import PlainError
from engine.integrations.access import rights_over
from engine.integrations.checks import Refusal
from engine.integrations.registry import Registry, kind_of
from engine.integrations.requests import RemoveByUrl, read_remove
from engine.model.integrations import (
    INCOMING,
    OUTGOING,
    Integration,
    OutgoingIntegration,
    SavedIntegration,
    to_record,
)
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import User
from engine.store.database import Store
from engine.store.integrations import (
    clear_removed,
    delete_integration,
    get_integration,
    outgoing_after,
    removed_leftovers,
)

ROWS_A_WRITE = 200
RECORDS_A_READ = 200


async def remove(registry: Registry, caller: User, body: JsonValue) -> JsonObject:
    """The answer: `integration`, the record as it was. Raises ClientError and Unavailable."""
    request = read_remove(body)
    kind = kind_of(request.type)
    if isinstance(request, RemoveByUrl):
        found = await find_by_url(registry.store, request.target_url)
    else:
        found = await registry.store.read(get_integration, request.integration_id)
    if found is None or found.integration.type != kind:
        raise PlainError("No integration found.")
    rights = await rights_over(registry.workspace, caller, kind)
    refusal = Refusal("method", "deleteIncomingIntegration" if kind == INCOMING else "deleteOutgoingIntegration")
    if not rights.any:
        raise refusal.error("not_authorized", "Unauthorized")
    if not rights.over(found.integration):
        raise refusal.error("error-invalid-integration", "Invalid integration")
    if not await registry.store.write(delete_integration, found.integration.id):
        raise PlainError("No integration found.")
    registry.index.invalidate()
    await _clear(registry.store, found.integration.id)
    return {"integration": to_record(found.integration)}


async def remove_by_url(registry: Registry, caller: User, url: str) -> bool:
    """Removes the first outgoing integration that calls this url and that the caller may remove; False without one."""
    rights = await rights_over(registry.workspace, caller, OUTGOING)
    found = await find_by_url(registry.store, url, rights.over) if rights.any else None
    if found is None or not await registry.store.write(delete_integration, found.integration.id):
        return False
    registry.index.invalidate()
    await _clear(registry.store, found.integration.id)
    return True


async def finish_removals(store: Store) -> None:
    """What a removal that was interrupted left behind; for the start of the server."""
    while leftovers := await store.read(removed_leftovers, ROWS_A_WRITE):
        for integration_id in leftovers:
            await _clear(store, integration_id)


async def find_by_url(
    store: Store, url: str, wanted: Callable[[Integration], bool] = lambda _: True
) -> SavedIntegration | None:
    """The first outgoing integration, by id, that calls exactly this url and is a wanted one."""
    after = ""
    while page := await store.read(outgoing_after, after, RECORDS_A_READ):
        for saved in page:
            integration = saved.integration
            if isinstance(integration, OutgoingIntegration) and url in integration.urls and wanted(integration):
                return saved
        after = page[-1].integration.id
    return None


async def _clear(store: Store, integration_id: str) -> None:
    while await store.write(clear_removed, integration_id, ROWS_A_WRITE):
        pass
