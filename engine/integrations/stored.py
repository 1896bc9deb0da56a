"""integrations.store and integrations.store.clear: what an integration's scripts keep, for those who may manage it."""

from typing import cast

from engine.dates import iso
from engine.integrations.registry import Registry
from engine.integrations.secrets import may_change
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import User
from engine.model.values import StoredValue
from engine.store.clock import read_clock
from engine.store.connections import json_value
from engine.store.values import clear_values, list_values


async def list_stored(registry: Registry, caller: User, integration_id: str) -> JsonObject:
    """The answer: `values` by key, and the `bytes` they count for in all. Raises ClientError."""
    await may_change(registry, caller, integration_id)
    now = await registry.store.read(read_clock)
    stored = await registry.store.read(list_values, integration_id, now)
    values: list[JsonValue] = [_shown(value) for value in stored]
    return {"values": values, "bytes": sum(value.size for value in stored)}


async def clear_stored(registry: Registry, caller: User, integration_id: str, key: str | None) -> JsonObject:
    """The answer: `count`, how many there were; all of them without a key. Raises ClientError."""
    await may_change(registry, caller, integration_id)
    return {"count": await registry.store.write(clear_values, integration_id, key)}


def _shown(value: StoredValue) -> JsonObject:
    expires: JsonObject = {} if value.expires_at is None else {"expiresAt": iso(value.expires_at)}
    shown = cast(JsonValue, json_value(value.text))
    return {"key": value.key, "value": shown, "_updatedAt": iso(value.updated_at), **expires}
