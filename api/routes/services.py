"""Secrets of integrations, and what their scripts keep."""

from api.endpoint import Call
from api.service_schemas import ClearStoreBody, SecretBody, SecretRef, SecretsQuery, StoreQuery
from engine.integrations import secrets, stored
from engine.model.json import JsonObject


async def set_secret(call: Call[SecretBody]) -> JsonObject:
    engine, params = call.engine, call.params
    return await secrets.set_secret(
        engine.registry,
        engine.vault,
        call.user,
        integration_id=params.integration_id,
        name=params.name,
        value=params.value,
        hosts=params.hosts,
        uses=params.uses,
    )


async def list_secrets(call: Call[SecretsQuery]) -> JsonObject:
    engine = call.engine
    return await secrets.list_secrets(engine.registry, engine.vault, call.user, call.params.integration_id)


async def remove_secret(call: Call[SecretRef]) -> JsonObject:
    engine, params = call.engine, call.params
    return await secrets.remove(engine.registry, engine.vault, call.user, params.integration_id, params.name)


async def list_stored(call: Call[StoreQuery]) -> JsonObject:
    return await stored.list_stored(call.engine.registry, call.user, call.params.integration_id)


async def clear_stored(call: Call[ClearStoreBody]) -> JsonObject:
    params = call.params
    return await stored.clear_stored(call.engine.registry, call.user, params.integration_id, params.key)
