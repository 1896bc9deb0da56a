"""The accepting transaction: messages, the events they are, and the deliveries of those, committed together or not.

Events are matched before the transaction, against an index of some version of the configuration; inside it that version
must still hold, else the index is read again and the events matched anew. So an integration that was created, changed
or disabled is heard or not heard exactly from its commit on, whatever the process that did it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from sqlalchemy import Connection

from engine.delivery.rules import Rules
from engine.delivery.wake import Wake
from engine.errors import Unavailable
from engine.history import pack_trace, redactor_for
from engine.http import HttpError, destination_of
from engine.ids import new_id
from engine.indexing import IndexCache
from engine.matching import Index, Match
from engine.model.deliveries import NewDelivery
from engine.model.events import Chain, Event
from engine.model.integrations import SavedIntegration
from engine.model.json import JsonObject
from engine.packing import pack
from engine.store import configuration
from engine.store.database import Store
from engine.store.deliveries import has_backlog, insert_deliveries
from engine.store.events import delete_events_without_deliveries, insert_event
from engine.store.guarded_runs import MAX_RUNS, count_run
from engine.store.isolation import row_by_row
from engine.trace import Step, Trace, now_ms
from engine.workspace.protocol import Draft, Posted, Workspace

T = TypeVar("T")

MAX_PENDING = 10_000
# how long events are matched anew while the configuration goes on changing
STALE_SECONDS = 5.0
TOO_MANY_RUNS = f"in this room messages of integrations led to {MAX_RUNS} runs within a minute; hookcell.loopGuard"

Also = Callable[[Connection, Sequence[Posted]], None]


@dataclass(frozen=True, slots=True)
class Accepting:
    """What accepting needs, made once by the runtime."""

    store: Store
    workspace: Workspace
    index: IndexCache
    wake: Wake
    rules: Rules = Rules()


@dataclass(frozen=True, slots=True)
class Planned:
    """An event with the deliveries it has, still to be stored."""

    event: Event
    deliveries: tuple[NewDelivery, ...]


class Listeners:
    """Who listens, for use inside a transaction; no record, so that a write is not weighed with all of the index."""

    __slots__ = ("_index", "_rules", "version")

    def __init__(self, index: Index, rules: Rules) -> None:
        self._index = index
        self._rules = rules
        self.version = index.version

    def plan(self, event: Event) -> Planned:
        return plan(event, self._index, self._rules)


class StaleIndex(Exception):
    """The configuration changed after the events were matched."""


async def post(
    accepting: Accepting, drafts: Sequence[Draft], *, chain: Chain, also: Also | None = None
) -> list[Posted]:
    """Commits the drafts and what follows from them; `also` runs in the same transaction and may fail it.

    A message that was there already is an event no more. Raises ClientError when a room or user has gone, Unavailable
    when nothing could be stored.
    """
    events = [message_event(draft, accepting.workspace.name, chain) for draft in drafts]

    async def attempt(index: Index) -> list[Posted]:
        plans = [plan(event, index, accepting.rules) for event in events]
        posted = await accepting.store.write(
            _accept, accepting.workspace, drafts, plans, Listeners(index, accepting.rules), now_ms(), also
        )
        if any(planned.deliveries for planned in plans) or any(done.events for done in posted):
            accepting.wake.call_all()
        return posted

    return await with_current_index(accepting.index, accepting.store, attempt)


async def with_current_index(cache: IndexCache, store: Store, attempt: Callable[[Index], Awaitable[T]]) -> T:
    """Tries again with a newer index, for a while, when the attempt raises StaleIndex. Raises Unavailable."""
    until = asyncio.get_running_loop().time() + STALE_SECONDS
    while True:
        index = await cache.current(store)
        try:
            return await attempt(index)
        except StaleIndex:
            cache.invalidate()
        if asyncio.get_running_loop().time() > until:
            raise Unavailable("The configuration is being changed all the time; send it again.")


def accept_event(connection: Connection, event: Event, listeners: Listeners, now: int) -> list[str]:
    """In the transaction of what the event is of, which alone knows whether it happened: the ids of its deliveries.

    Raises StaleIndex when the configuration is not theirs any more.
    """
    if configuration.version(connection) != listeners.version:
        raise StaleIndex
    return store_event(connection, listeners.plan(event), now)


def message_event(draft: Draft, workspace: str, chain: Chain) -> Event:
    message = draft.message
    return Event(
        event="sendMessage",
        workspace=workspace,
        source="message" if draft.edit is None else "edit",
        source_id=message.id if draft.edit is None else draft.edit,
        at=message.ts,
        user=draft.user,
        room=draft.room,
        message=message,
        chain=chain,
    )


def plan(event: Event, index: Index, rules: Rules) -> Planned:
    """One delivery for each url of each integration that hears the event."""
    return Planned(event, tuple(_deliveries(event, index.match(event), rules)))


def order_key(integration_id: str, event: Event) -> str:
    """Of its deliveries whose first attempts keep their order, and whose runs the loop guard counts."""
    return f"{integration_id}:{'' if event.room is None else event.room.id}"


def plan_again(event: Event, saved: SavedIntegration, url: str, trigger_word: str | None, trace: Trace) -> Planned:
    """One delivery to `url` by the integration as it is now; the trace has its id and a first step."""
    integration = saved.integration
    delivery = NewDelivery(
        id=trace.id,
        integration_id=integration.id,
        revision=saved.revision,
        url=url,
        destination=_destination(url),
        order_key=order_key(integration.id, event),
        trigger_word=trigger_word,
        trace=pack_trace(trace, redactor_for(integration)),
    )
    return Planned(event, (delivery,))


@row_by_row
def store_event(connection: Connection, planned: Planned, now: int) -> list[str]:
    """The event, if anybody hears it, with its deliveries, whose ids these are; none when it was accepted before."""
    deliveries: list[NewDelivery] = []
    event_id = insert_event(connection, planned.event, now) if planned.deliveries else None
    if event_id is not None:
        chain = planned.event.chain
        admitted = [_admitted(connection, delivery, chain, now) for delivery in planned.deliveries]
        deliveries = [delivery for delivery in admitted if delivery is not None]
        insert_deliveries(connection, event_id, planned.event.workspace, deliveries)
        if not deliveries:
            delete_events_without_deliveries(connection, {event_id})
    return [delivery.id for delivery in deliveries]


@row_by_row
def _accept(
    connection: Connection,
    workspace: Workspace,
    drafts: Sequence[Draft],
    plans: Sequence[Planned],
    listeners: Listeners,
    now: int,
    also: Also | None,
) -> list[Posted]:
    if configuration.version(connection) != listeners.version:
        raise StaleIndex
    posted = []
    for draft, planned in zip(drafts, plans, strict=True):
        done = workspace.commit(connection, draft)
        posted.append(done)
        if not done.repeated:
            store_event(connection, planned, now)
            for event in done.events:
                store_event(connection, listeners.plan(replace(event, chain=planned.event.chain)), now)
    if also is not None:
        also(connection, posted)
    return posted


def _deliveries(event: Event, matches: list[Match], rules: Rules) -> list[NewDelivery]:
    found = []
    for match in matches:
        entry = match.entry
        guarded = rules.loop_guard and entry.loop_guard
        if guarded and event.chain.integrations[-1:] == (entry.id,):
            continue
        chain, trace = event.chain, None
        if guarded and chain.depth >= entry.loop_depth:
            because = f"{chain.depth} integrations in a row led here; hookcell.loopDepth is {entry.loop_depth}"
            if entry.history == "off":
                continue
            trace = _stopped(chain, because, now_ms())
        for url in entry.urls:
            found.append(
                NewDelivery(
                    id=new_id(),
                    integration_id=entry.id,
                    revision=entry.revision,
                    url=url,
                    destination=_destination(url),
                    order_key=order_key(entry.id, event),
                    trigger_word=match.trigger_word,
                    state="pending" if trace is None else "finished",
                    trace=trace,
                    guarded=guarded and chain.depth > 0,
                    silent=entry.history == "off",
                )
            )
    return found


def _stopped(chain: Chain, because: str, now: int) -> bytes:
    detail: JsonObject = {"because": because, "chain": [*chain.integrations], "finished": True}
    return pack(Trace("", (Step("stopped-by-loop-guard", now, detail),)).to_json())


def _admitted(connection: Connection, delivery: NewDelivery, chain: Chain, now: int) -> NewDelivery | None:
    """Turned down where messages of integrations led to too many; beyond so many that wait for one integration, held
    until somebody releases it. None leaves no trace where history is off."""
    if delivery.state != "pending":
        return delivery
    if delivery.guarded and not count_run(connection, delivery.order_key):
        if delivery.silent:
            return None
        return replace(delivery, state="finished", trace=_stopped(chain, TOO_MANY_RUNS, now))
    if has_backlog(connection, delivery.integration_id, MAX_PENDING):
        return replace(delivery, state="held", held_reason="backlog")
    return delivery


@lru_cache(10_000)
def _destination(url: str) -> str:
    """Where a delivery queues; one whose url leads nowhere has a queue, too, and fails when it is sent."""
    try:
        return destination_of(url)
    except HttpError:
        return "bad-url"
