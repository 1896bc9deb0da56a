"""Integrations, as Rocket.Chat's clients manage them. Bodies have one shape a kind, which the engine tells apart."""

from api.endpoint import Call
from api.schemas import IntegrationQuery, IntegrationsQuery
from engine import integrations
from engine.model.json import JsonObject
from engine.store.integrations import SORTABLE


async def create(call: Call[JsonObject]) -> JsonObject:
    return await integrations.create(call.engine.registry, call.user, call.params)


async def update(call: Call[JsonObject]) -> JsonObject:
    return await integrations.update(call.engine.registry, call.user, call.params)


async def remove(call: Call[JsonObject]) -> JsonObject:
    return await integrations.remove(call.engine.registry, call.user, call.params)


async def get(call: Call[IntegrationQuery]) -> JsonObject:
    params = call.params
    return await integrations.get(call.engine.registry, call.user, params.integration_id, params.created_by or None)


async def list_visible(call: Call[IntegrationsQuery]) -> JsonObject:
    params = call.params
    # `ts` is Rocket.Chat's own default, of a field that no integration has: it leaves the order natural.
    page = params.page(("ts", *SORTABLE))
    registry = call.engine.registry
    return await integrations.list_visible(registry, call.user, page, name=params.name, type=params.type)
