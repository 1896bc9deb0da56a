"""integrations.explain: for every outgoing integration that one may see, what let it hear an event or stopped it.

The rules are those of `engine.hearing`, asked one by one; besides, whether it is enabled, and the loop guard.
"""

from dataclasses import replace

from engine.accepting import Accepting
from engine.delivery.rules import Rules
from engine.hearing import Finding, Occurrence, OutgoingEntry, word_found
from engine.hearing import explain as ask
from engine.integrations.access import visible_to
from engine.model.events import Event
from engine.model.integrations import OUTGOING, OutgoingIntegration, SavedIntegration
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.paging import Page
from engine.store.integrations import count_integrations, list_integrations
from engine.workspace.reading import read_pages


async def explain(kit: Accepting, caller: User, event: Event, page: Page, *, name: str | None = None) -> JsonObject:
    """The answer: `integrations`, each with `fires` and what its `rules` found, and `offset`, `count` and `total`."""
    visible = await visible_to(kit.workspace, caller, strict=kit.rules.strict)
    listing = replace(visible, type=OUTGOING, name=name)

    async def fetch(offset: int, limit: int) -> list[JsonObject]:
        found = await kit.store.read(list_integrations, listing, page.sort, offset, limit)
        return [_explained(saved, event, kit.rules) for saved in found]

    explained = await read_pages(fetch, page.offset, page.count)
    return {
        "event": event.event,
        "integrations": [*explained],
        "offset": page.offset,
        "items": len(explained),
        "count": len(explained),
        "total": await kit.store.read(count_integrations, listing),
    }


def findings(integration: OutgoingIntegration, event: Event, rules: Rules) -> tuple[Finding, ...]:
    """A finding for each rule; it fires when all have passed."""
    entry = OutgoingEntry.of(integration, 0)
    enabled = Finding("enabled", integration.enabled, f"it is {'enabled' if integration.enabled else 'disabled'}")
    return (enabled, *ask(entry, event), _loop_guard(entry, event, rules))


def _loop_guard(entry: OutgoingEntry, event: Event, rules: Rules) -> Finding:
    chain = event.chain
    if not (rules.loop_guard and entry.loop_guard):
        return Finding("loopGuard", True, "the loop guard is off")
    if chain.integrations[-1:] == (entry.id,):
        return Finding("loopGuard", False, "it posted this itself, and does not answer itself")
    led = f"{chain.depth} integrations in a row led here; hookcell.loopDepth is {entry.loop_depth}"
    return Finding("loopGuard", chain.depth < entry.loop_depth, led)


def _explained(saved: SavedIntegration, event: Event, rules: Rules) -> JsonObject:
    integration = saved.integration
    assert isinstance(integration, OutgoingIntegration)
    found = findings(integration, event, rules)
    fires = all(finding.passed for finding in found)
    word = word_found(OutgoingEntry.of(integration, 0), Occurrence.of(event)) if fires else None
    return {
        "_id": integration.id,
        "name": integration.name,
        "fires": fires,
        **({} if word is None else {"triggerWord": word}),
        "rules": [{"rule": each.rule, "passed": each.passed, "because": each.because} for each in found],
    }
