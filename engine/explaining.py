"""integrations.explain: for every outgoing integration that one may see, what let it hear an event or stopped it.

The rules are those of `engine.hearing`, asked one by one; besides, whether it is enabled, the loop guard, and whether
it is so far behind that the event would be held. What the last two find changes with every event.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from engine import accepting
from engine.accepting import TOO_MANY_RUNS, Accepting
from engine.delivery.rules import Rules
from engine.hearing import Finding, Occurrence, OutgoingEntry, word_found
from engine.hearing import explain as ask
from engine.integrations.access import visible_to
from engine.model.events import Event
from engine.model.integrations import OUTGOING, OutgoingIntegration, SavedIntegration
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.paging import Page
from engine.store.deliveries import has_backlog
from engine.store.guarded_runs import any_run_left
from engine.store.integrations import count_integrations, list_integrations
from engine.workspace.reading import read_pages


@dataclass(frozen=True, slots=True)
class Load:
    """What an integration has done and has to do: may messages of integrations lead to more runs, is it far behind."""

    runs_left: bool
    backlog: bool


async def explain(kit: Accepting, caller: User, event: Event, page: Page, *, name: str | None = None) -> JsonObject:
    """The answer: `integrations`, each with `fires` and what its `rules` found, and `offset`, `count` and `total`."""
    visible = await visible_to(kit.workspace, caller, strict=kit.rules.strict)
    listing = replace(visible, type=OUTGOING, name=name)

    async def fetch(offset: int, limit: int) -> list[JsonObject]:
        found = await kit.store.read(list_integrations, listing, page.sort, offset, limit)
        loads = await kit.store.read(_loads, [saved.integration.id for saved in found], event)
        return [_explained(saved, event, kit.rules, load) for saved, load in zip(found, loads, strict=True)]

    explained = await read_pages(fetch, page.offset, page.count)
    return {
        "event": event.event,
        "integrations": [*explained],
        "offset": page.offset,
        "items": len(explained),
        "count": len(explained),
        "total": await kit.store.read(count_integrations, listing),
    }


def findings(integration: OutgoingIntegration, event: Event, rules: Rules, load: Load) -> tuple[Finding, ...]:
    """A finding for each rule; it fires when all have passed."""
    entry = OutgoingEntry.of(integration, 0)
    enabled = Finding("enabled", integration.enabled, f"it is {'enabled' if integration.enabled else 'disabled'}")
    return (enabled, *ask(entry, event), _loop_guard(entry, event, rules, load), _backlog(load))


def _loop_guard(entry: OutgoingEntry, event: Event, rules: Rules, load: Load) -> Finding:
    chain = event.chain
    if not (rules.loop_guard and entry.loop_guard):
        return Finding("loopGuard", True, "the loop guard is off")
    if chain.integrations[-1:] == (entry.id,):
        return Finding("loopGuard", False, "it posted this itself, and does not answer itself")
    led = f"{chain.depth} integrations in a row led here; hookcell.loopDepth is {entry.loop_depth}"
    if chain.depth >= entry.loop_depth:
        return Finding("loopGuard", False, led)
    if chain.depth > 0 and not load.runs_left:
        return Finding("loopGuard", False, TOO_MANY_RUNS)
    return Finding("loopGuard", True, led)


def _backlog(load: Load) -> Finding:
    if not load.backlog:
        return Finding("backlog", True, f"fewer than {accepting.MAX_PENDING:,} of its deliveries wait")
    because = f"{accepting.MAX_PENDING:,} of its deliveries wait; this one would be held until somebody releases it"
    return Finding("backlog", False, because)


def _loads(connection: Connection, integration_ids: Sequence[str], event: Event) -> list[Load]:
    return [
        Load(
            any_run_left(connection, accepting.order_key(id, event)),
            has_backlog(connection, id, accepting.MAX_PENDING),
        )
        for id in integration_ids
    ]


def _explained(saved: SavedIntegration, event: Event, rules: Rules, load: Load) -> JsonObject:
    integration = saved.integration
    assert isinstance(integration, OutgoingIntegration)
    found = findings(integration, event, rules, load)
    fires = all(finding.passed for finding in found)
    word = word_found(OutgoingEntry.of(integration, 0), Occurrence.of(event)) if fires else None
    return {
        "_id": integration.id,
        "name": integration.name,
        "fires": fires,
        **({} if word is None else {"triggerWord": word}),
        "rules": [{"rule": each.rule, "passed": each.passed, "because": each.because} for each in found],
    }
