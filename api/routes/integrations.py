"""Integrations, as Rocket.Chat's clients manage them. Bodies have one shape a kind, which the engine tells apart."""

from api.endpoint import Call
from api.integration_schemas import IntegrationBody, IntegrationQuery, IntegrationsQuery
from engine import integrations
from engine.model.json import JsonObject


async def create(call: Call[JsonObject]) -> JsonObject:
    return await integrations.create(call.engine.registry, call.user, call.params)


async def update(call: Call[JsonObject]) -> JsonObject:
    return await integrations.update(call.engine.registry, call.user, call.params)


async def remove(call: Call[JsonObject]) -> JsonObject:
    return await integrations.remove(call.engine.registry, call.user, call.params)


async def rotate_token(call: Call[IntegrationBody]) -> JsonObject:
    return await integrations.rotate_token(call.engine.registry, call.user, call.params.integration_id)


async def get(call: Call[IntegrationQuery]) -> JsonObject:
    params = call.params
    return await integrations.get(call.engine.registry, call.user, params.integration_id, params.created_by or None)


async def list_visible(call: Call[IntegrationsQuery]) -> JsonObject:
    params, settings = call.params, call.engine.settings
    query, shown = params.search(settings), params.shown(settings)
    return await integrations.list_visible(
        call.engine.registry,
        call.user,
        params.page(bounds=call.settings.paging),
        name=params.name,
        type=params.type,
        query=query,
        shown=shown,
        stats=params.stats,
    )
