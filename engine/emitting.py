"""integrations.emit: an event of another chat, accepted as our own are, once under each key of its sender."""

from hashlib import sha256

from sqlalchemy import Connection

from engine.accepting import Accepting, Listeners, accept_event, with_current_index
from engine.emitted import SOURCE
from engine.hook_repeats import repeated
from engine.matching import Index
from engine.model.events import Event
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.packing import pack
from engine.store.hook_keys import Claim, KeptAnswer, claim_key, keep_answer
from engine.store.isolation import row_by_row
from engine.trace import now_ms

ACCEPTED = 202


async def emit(kit: Accepting, caller: User, event: Event, key: str | None) -> JsonObject:
    """The answer, once it is committed: `eventId`, and `deliveries` with their ids.

    The same key of the same caller gets the same answer for 24 hours, and nothing happens. Raises Unavailable.
    """
    claim = None if not key else Claim(SOURCE, _digest(caller, key), event.source_id)

    async def attempt(index: Index) -> KeptAnswer:
        return await kit.store.write(_emit, event, claim, Listeners(index, kit.rules), now_ms())

    accepted = await with_current_index(kit.index, kit.store, attempt)
    kit.wake.call_all()
    return repeated(accepted).body


@row_by_row
def _emit(connection: Connection, event: Event, claim: Claim | None, listeners: Listeners, now: int) -> KeptAnswer:
    kept = None if claim is None else claim_key(connection, claim)
    if kept is not None:
        return kept
    ids = accept_event(connection, event, listeners, now)
    body = pack({"eventId": event.source_id, "deliveries": [*ids]})
    if claim is not None:
        keep_answer(connection, claim, ACCEPTED, body)
    return KeptAnswer(event.source_id, ACCEPTED, body)


def _digest(caller: User, key: str) -> str:
    return sha256(f"{caller.id}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()
