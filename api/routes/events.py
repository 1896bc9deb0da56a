"""Events that other chats tell of, and which integrations would hear one."""

from starlette.responses import Response

from api.answers import answer
from api.endpoint import Call
from api.event_schemas import ExplainQuery
from engine.emitted import EmittedEvent
from engine.emitting import ACCEPTED
from engine.emitting import emit as accept
from engine.explaining import explain as explained
from engine.hook_requests import depth_of
from engine.model.json import JsonObject


async def emit(call: Call[EmittedEvent]) -> Response:
    """`X-Hookcell-Depth`, where the event follows from what an integration sent."""
    kit = call.engine.accepting
    event = call.params.event_of(kit.workspace.name, depth=depth_of(call.request.headers))
    done = await accept(kit, call.user, event, call.params.idempotency_key)
    return answer({**done, "success": True}, ACCEPTED)


async def explain(call: Call[ExplainQuery]) -> JsonObject:
    kit, params = call.engine.accepting, call.params
    event = params.emitted().event_of(kit.workspace.name, depth=depth_of(call.request.headers))
    return await explained(kit, call.user, event, params.page(bounds=call.settings.paging), name=params.name)
