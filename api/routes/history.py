"""What happened to an integration's calls and deliveries, newest first; dropping it, and running some of it again."""

from api.endpoint import Call
from api.integration_schemas import IntegrationBody, ReplayBody, ReplayIncomingBody, RunQuery, RunsQuery
from engine import replaying
from engine.history_lists import clear_history, get_run, list_history
from engine.model.json import JsonObject


async def integrations_history(call: Call[RunsQuery]) -> JsonObject:
    engine, params = call.engine, call.params
    strict, query = engine.settings.strict_compat, params.search(engine.settings)
    return await list_history(
        engine.store,
        engine.workspace,
        call.user,
        params.id,
        params.page(bounds=call.settings.paging),
        strict=strict,
        query=query,
    )


async def integrations_run(call: Call[RunQuery]) -> JsonObject:
    return await get_run(call.engine.store, call.engine.workspace, call.user, call.params.run_id)


async def clear(call: Call[IntegrationBody]) -> JsonObject:
    engine = call.engine
    strict = engine.settings.strict_compat
    return await clear_history(engine.store, engine.workspace, call.user, call.params.integration_id, strict=strict)


async def replay_outgoing(call: Call[ReplayBody]) -> JsonObject:
    params = call.params
    return await replaying.replay_outgoing(call.engine.accepting, call.user, params.integration_id, params.history_id)


async def replay_incoming(call: Call[ReplayIncomingBody]) -> JsonObject:
    params = call.params
    return await replaying.replay_incoming(
        call.engine.incoming, call.user, params.integration_id, params.history_id, post=params.post
    )
