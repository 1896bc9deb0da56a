"""Posting in one's own name."""

from api.endpoint import Call
from engine.errors import CodedError
from engine.model.json import JsonObject
from engine.posting import check_impersonation, destinations, normalise
from engine.trace import now_ms
from engine.workspace.protocol import PostIntent
from engine.workspace.records import message_record


async def post_message(call: Call[JsonObject]) -> JsonObject:
    """Several channels are all checked first; the answer tells of the first."""
    workspace = call.engine.workspace
    content = normalise(call.params)
    targets = destinations(call.params, [], True)
    if not targets:
        raise CodedError("invalid-channel")
    await check_impersonation(workspace, call.user, content)
    drafts = [await workspace.resolve(PostIntent(call.user.id, target, content)) for target in targets]
    posted = (await call.engine.post(drafts))[0]
    message = message_record(posted.message, posted.user.name)
    return {"ts": now_ms(), "channel": posted.destination, "message": message}
