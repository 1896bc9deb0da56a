"""integrations.replayOutgoing and integrations.replayIncoming: a past run once more, as a run of its own.

A delivery is built and prepared anew from its event, with user, room and message as they are now, for the integration
as it is now. A webhook goes the way it went when it came, by default without posting anything; what history had masked
in it stays masked, and the trace says what.
"""

from dataclasses import replace
from typing import cast

from engine import accepting, history, incoming
from engine.accepting import Accepting
from engine.errors import CodedError
from engine.hook_requests import replayed_request
from engine.ids import new_id
from engine.incoming_runs import Incoming
from engine.integrations.access import rights_over
from engine.integrations.checks import Refusal
from engine.model.events import Event
from engine.model.hooks import Replayed
from engine.model.integrations import INCOMING, OUTGOING, Kind, SavedIntegration
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.packing import unpack
from engine.store.database import Store
from engine.store.history import get_incoming, get_past_delivery
from engine.store.integrations import get_integration
from engine.trace import Trace, now_ms
from engine.workspace.protocol import Workspace

# Events of replays are told from those that happened.
SOURCE = "replay"
_OUTGOING_REFUSAL = Refusal("method", "replayOutgoingIntegration")
_INCOMING_REFUSAL = Refusal("method", "replayIncomingIntegration")


async def replay_outgoing(kit: Accepting, caller: User, integration_id: str, history_id: str) -> JsonObject:
    """The answer: `delivery`, the id of the new one, and `historyId`, that of its first record.

    Raises CodedError and Unavailable.
    """
    saved = await _allowed(kit.store, kit.workspace, caller, OUTGOING, integration_id)
    delivery_id, _, attempt = history_id.rpartition("-")
    past = await kit.store.read(get_past_delivery, integration_id, delivery_id)
    if past is None or attempt not in map(str, range(1, past.records + 1)):
        if await kit.store.read(get_incoming, integration_id, history_id) is not None:
            reason = "The integration type to replay must be an outgoing webhook."
            raise CodedError("integration-type-must-be-outgoing", reason)
        raise _OUTGOING_REFUSAL.error("error-invalid-integration-history", "Invalid Integration History")
    return await once_more(kit, saved, past.event, past.url, past.trigger_word, of=history_id)


async def once_more(
    kit: Accepting, saved: SavedIntegration, event: Event, url: str, trigger_word: str | None, *, of: str
) -> JsonObject:
    """A new delivery of an event that had one, for the integration as it is now; `of` names what it repeats."""
    event, gone = await _reread(kit.workspace, event)
    id = new_id()
    trace = Trace(id).then(history.FIRST_STEP, attempt=1, url=url).then("replayed", of=of, gone=[*gone])
    event = replace(event, source=SOURCE, source_id=id)
    planned = accepting.plan_again(event, saved, url, trigger_word, trace)
    await kit.store.write(accepting.store_event, planned, now_ms())
    kit.wake.call_all()
    return {"delivery": id, "historyId": f"{id}-1"}


async def replay_incoming(
    kit: Incoming, caller: User, integration_id: str, history_id: str, *, post: bool
) -> JsonObject:
    """The answer: what the sender would be answered as `answer` {status, body}, and `run`, the new run's record.

    Raises CodedError and Unavailable.
    """
    store = kit.accepting.store
    saved = await _allowed(store, kit.workspace, caller, INCOMING, integration_id)
    if saved.integration.type != INCOMING:
        reason = "The integration type to replay must be an incoming webhook."
        raise CodedError("integration-type-must-be-incoming", reason)
    past = await store.read(get_incoming, integration_id, history_id)
    if past is None:
        raise _INCOMING_REFUSAL.error("error-invalid-integration-history", "Invalid Integration History")
    stored = {} if past.request is None else cast(JsonObject, unpack(past.request))
    if not stored or "cut" in stored:
        reason = "The request was too large to be kept whole, so it cannot be replayed."
        raise CodedError("history-data-must-be-defined", reason)
    masked = tuple(str(place) for place in cast(list[str], stored.get("masked", [])))
    answer = await incoming.run(kit, saved, replayed_request(stored, Replayed(history_id, masked, post)))
    run = await store.read(get_incoming, integration_id, answer.run)
    record = {} if run is None else history.incoming_record(run)
    return {"answer": {"status": answer.status, "body": answer.body}, "run": record}


async def _allowed(
    store: Store, workspace: Workspace, caller: User, kind: Kind, integration_id: str
) -> SavedIntegration:
    refusal = _OUTGOING_REFUSAL if kind == OUTGOING else _INCOMING_REFUSAL
    rights = await rights_over(workspace, caller, kind)
    if not rights.any:
        raise refusal.error("not_authorized", "Unauthorized")
    saved = await store.read(get_integration, integration_id)
    if saved is None or not rights.over(saved.integration):
        raise refusal.error("error-invalid-integration", "Invalid integration")
    return saved


async def _reread(workspace: Workspace, event: Event) -> tuple[Event, list[str]]:
    """The event with its parts as they are now, and the names of those that are gone: they stay as they were."""
    user = None if event.user is None else await workspace.user(id=event.user.id)
    owner = None if event.owner is None else await workspace.user(id=event.owner.id)
    room = None if event.room is None else await workspace.room(id=event.room.id)
    message = None if event.message is None else await workspace.message(event.message.id)
    if room is not None and event.room is not None:
        room = replace(room, users_count=event.room.users_count)
    parts = {"user": user, "owner": owner, "room": room, "message": message}
    gone = [name for name, part in parts.items() if part is None and getattr(event, name) is not None]
    fresh = replace(
        event,
        user=user or event.user,
        owner=owner or event.owner,
        room=room or event.room,
        message=message or event.message,
    )
    return fresh, gone
