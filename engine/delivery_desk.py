"""integrations.deliveries: what waits, is held, has failed, and what people do about it.

Whoever may manage an outgoing integration sees its deliveries and sends them now, sends them again, releases or drops
them; those of others are not there for them. What is being sent right now is left alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine import history, replaying
from engine.accepting import Accepting
from engine.dates import iso
from engine.delivery import by_hand
from engine.delivery.by_hand import Dropped
from engine.errors import CodedError, Forbidden
from engine.integrations.access import Rights, rights_over
from engine.model.deliveries import DeliveryState, Standing
from engine.model.integrations import OUTGOING
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.packing import unpack
from engine.paging import Page
from engine.store.delivery_lists import (
    Wanted,
    count_deliveries,
    get_delivery,
    list_deliveries,
    newest_delivery,
    seqs_between,
    with_requests,
)
from engine.store.integrations import get_integration
from engine.trace import Trace

STATES: tuple[DeliveryState, ...] = ("pending", "claimed", "held", "failed", "finished")
UNFINISHED: tuple[DeliveryState, ...] = ("pending", "claimed", "held", "failed")
ROWS_A_WRITE = 200
# of whole ones: each may have a request and a trace of megabytes
WHOLE_ROWS_A_WRITE = 20


@dataclass(frozen=True, slots=True)
class Which:
    """One delivery by its id, or all of an integration that are in the state for what is to be done."""

    delivery_id: str | None = None
    integration_id: str | None = None


Act: TypeAlias = Callable[[Sequence[int]], Awaitable[int]]


async def list_standing(
    kit: Accepting, caller: User, page: Page, *, states: tuple[DeliveryState, ...], integration_id: str | None
) -> JsonObject:
    """The answer: `deliveries`, the newest first, with `offset`, `count` and `total`. Raises Forbidden, CodedError."""
    wanted = await _visible(kit, caller, states, integration_id)
    found = await kit.store.read(list_deliveries, wanted, offset=page.offset, limit=page.count)
    total = await kit.store.read(count_deliveries, wanted)
    # in a thread: traces of many attempts are megabytes of JSON
    records = await asyncio.to_thread(lambda: [record_of(standing) for standing in found])
    return {
        "deliveries": [*records],
        "offset": page.offset,
        "count": len(found),
        "total": total,
    }


async def send_now(kit: Accepting, caller: User, which: Which) -> JsonObject:
    """What waits for a retry is due at once. The answer: `count`. Raises Forbidden, CodedError, Unavailable."""

    async def act(seqs: Sequence[int]) -> int:
        return await kit.store.write(by_hand.send_now, seqs)

    return await _act(kit, caller, which, act, ("pending",), "sent now", later=True)


async def release(kit: Accepting, caller: User, which: Which) -> JsonObject:
    """What is held is due at once. The answer: `count`. Raises Forbidden, CodedError, Unavailable."""

    async def act(seqs: Sequence[int]) -> int:
        return await kit.store.write(by_hand.release, seqs)

    return await _act(kit, caller, which, act, ("held",), "released")


async def drop(kit: Accepting, caller: User, which: Which) -> JsonObject:
    """What waits or is held ends, as history shows. The answer: `count`. Raises Forbidden, CodedError, Unavailable."""

    async def act(seqs: Sequence[int]) -> int:
        count = 0
        for begin in range(0, len(seqs), WHOLE_ROWS_A_WRITE):
            found = await kit.store.read(with_requests, seqs[begin : begin + WHOLE_ROWS_A_WRITE])
            # in a thread: masking large requests takes a while
            dropped = await asyncio.to_thread(_dropped, found, caller)
            count += await kit.store.write(by_hand.drop, dropped)
        return count

    return await _act(kit, caller, which, act, ("pending", "held"), "dropped")


async def send_again(kit: Accepting, caller: User, delivery_id: str) -> JsonObject:
    """What has ended, once more, as a new delivery of the same event: built and prepared anew.

    The answer: `delivery`, the new one's id, and `historyId`. Raises Forbidden, CodedError, Unavailable.
    """
    standing = await _one(kit, caller, delivery_id)
    if standing.state not in ("failed", "finished"):
        raise _wrong_state(standing, ("failed", "finished"), "sent again")
    saved = await kit.store.read(get_integration, standing.integration_id)
    if saved is None:
        raise _invalid()
    return await replaying.once_more(
        kit, saved, standing.event, standing.url, standing.trigger_word, of=f"{standing.id}-{max(standing.attempts, 1)}"
    )


def record_of(standing: Standing) -> JsonObject:
    """A delivery in a list; integrations.history has what its attempts did, under `delivery`."""
    event, trace = standing.event, history.unpack_trace(standing.id, standing.trace)
    redactor = history.redactor_for(standing.integration)
    record: JsonObject = {
        "_id": standing.id,
        "integrationId": standing.integration_id,
        "event": event.event,
        "url": redactor.text(standing.url),
        "state": standing.state,
        "attempts": standing.attempts,
        "interruptions": standing.interruptions,
        "_createdAt": iso(standing.created_at),
        "_updatedAt": iso(standing.updated_at),
    }
    if standing.state == "pending":
        record["due"] = iso(standing.due)
    if standing.state == "held":
        record["heldReason"] = standing.held_reason
    if standing.trigger_word is not None:
        record["triggerWord"] = standing.trigger_word
    if event.room is not None:
        record["room"] = {"_id": event.room.id, "name": event.room.name}
    if trace.steps:
        record["step"] = trace.last
    return record | _last_answer(trace)


def _last_answer(trace: Trace) -> JsonObject:
    """How the last request went."""
    for step in reversed(trace.steps):
        if step.name == "after-http-call":
            if (error := step.detail.get("httpError")) is not None:
                return {"httpError": error}
            response = step.detail.get("response")
            return {"statusCode": response["status_code"]} if isinstance(response, dict) else {}
    return {}


def _dropped(found: list[tuple[Standing, bytes | None]], caller: User) -> list[Dropped]:
    waiting = [(standing, packed) for standing, packed in found if standing.state in ("pending", "held")]
    return [_masked(standing, packed, caller) for standing, packed in waiting]


def _masked(standing: Standing, packed: bytes | None, caller: User) -> Dropped:
    integration = standing.integration
    redactor = history.redactor_for(integration)
    level = "off" if integration is None else history.level_of(integration, [standing.event.room])
    trace = history.unpack_trace(standing.id, standing.trace).then("dropped", by=caller.username)
    request = None
    if packed is not None:
        stored = unpack(packed)
        assert isinstance(stored, dict)
        request = history.pack_masked(stored, redactor)
    return Dropped(standing, request, history.pack_trace(trace, redactor), history.keeps(level, failed=False))


async def _act(
    kit: Accepting,
    caller: User,
    which: Which,
    act: Act,
    states: tuple[DeliveryState, ...],
    done: str,
    *,
    later: bool = False,
) -> JsonObject:
    if which.delivery_id is not None:
        standing = await _one(kit, caller, which.delivery_id)
        if standing.state not in states:
            raise _wrong_state(standing, states, done)
        count = await act([standing.seq])
    else:
        count, done_with = 0, 0
        wanted = await _visible(kit, caller, states, which.integration_id, later=later)
        last = await kit.store.read(newest_delivery, wanted) or 0
        # the oldest first: what begins meanwhile is not ahead of what is still to be released
        while found := await kit.store.read(seqs_between, wanted, done_with, last, ROWS_A_WRITE):
            count += await act(found)
            done_with = found[-1]
    kit.wake.call_all()
    return {"count": count}


async def _visible(
    kit: Accepting,
    caller: User,
    states: tuple[DeliveryState, ...],
    integration_id: str | None,
    *,
    later: bool = False,
) -> Wanted:
    rights = await _rights(kit, caller)
    if integration_id is not None:
        saved = await kit.store.read(get_integration, integration_id)
        if saved is None or saved.integration.type != OUTGOING or not rights.over(saved.integration):
            raise CodedError("error-invalid-integration", "Invalid integration")
    return Wanted(states, integration_id, None if rights.all else caller.id, later)


async def _one(kit: Accepting, caller: User, delivery_id: str) -> Standing:
    rights = await _rights(kit, caller)
    standing = await kit.store.read(get_delivery, delivery_id)
    if standing is None or not (rights.all or standing.created_by == caller.id):
        raise _invalid()
    return standing


async def _rights(kit: Accepting, caller: User) -> Rights:
    rights = await rights_over(kit.workspace, caller, OUTGOING)
    if not rights.any:
        raise Forbidden
    return rights


def _invalid() -> CodedError:
    return CodedError("error-invalid-delivery", "Invalid delivery; see hookcell deliveries list")


def _wrong_state(standing: Standing, states: tuple[DeliveryState, ...], done: str) -> CodedError:
    now = "being sent right now" if standing.state == "claimed" else standing.state
    reason = f"The delivery is {now}; what can be {done} is {' or '.join(states)}"
    return CodedError("error-invalid-delivery-state", reason, {"state": standing.state})
