"""integrations.get, integrations.list and channels.getIntegrations: who sees which records, so many at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.channels import ALL_PRIVATE, ALL_PUBLIC, Target
from engine.dates import iso
from engine.errors import PlainError
from engine.integrations.access import rights_over, visible_to
from engine.integrations.registry import Registry
from engine.json_text import json_text
from engine.model.integrations import INCOMING, OUTGOING, Kind, to_record
from engine.model.json import JsonObject
from engine.model.messages import Room, User
from engine.paging import MAX_ANSWER_BYTES, Page
from engine.querying import Fields, Query, whole
from engine.searching import page_of
from engine.store.integrations import Listing, count_integrations, get_integration, list_integrations
from engine.store.run_statistics import RunStatistics, run_statistics
from engine.trace import now_ms

# A list of all there are is put together from several reads, up to so many rows. Each may have a script of 256 KiB.
ROWS_A_READ = 100
MAX_ROWS = 10_000
STATISTICS_A_READ = 100
DAY_MS = 24 * 3_600_000


async def get(registry: Registry, caller: User, integration_id: str, created_by: str | None = None) -> JsonObject:
    """The answer: `integration`. Raises PlainError."""
    saved = await registry.store.read(get_integration, integration_id)
    if saved is None or (created_by is not None and saved.integration.created_by.id != created_by):
        raise PlainError("The integration does not exists.")
    rights = await rights_over(registry.workspace, caller, saved.integration.type)
    if not rights.over(saved.integration):
        raise PlainError("not-authorized")
    return {"integration": to_record(saved.integration)}


async def list_visible(
    registry: Registry,
    caller: User,
    page: Page,
    *,
    name: str | None = None,
    type: str | None = None,
    query: Query | None = None,
    shown: Fields = whole,
    stats: bool = False,
) -> JsonObject:
    """The answer: `integrations` with `offset`, `items`, `count` and `total`. Raises CodedError.

    `stats` adds to what is shown of each record lastRun and lastFailure (null for never) and failures24h.
    """
    visible = await visible_to(registry.workspace, caller, strict=registry.strict)
    listed = await _listed(registry, replace(visible, name=name, type=type), page, query)
    statistics = await _statistics(registry, listed.records) if stats else {}
    records = [shown(record) | statistics.get(str(record["_id"]), {}) for record in listed.records]
    return {
        "integrations": [*records],
        "offset": page.offset,
        "items": len(records),
        "count": len(records),
        "total": listed.total,
    }


async def list_of_room(
    registry: Registry,
    caller: User,
    room: Room,
    page: Page,
    *,
    groups: bool,
    query: Query | None = None,
    shown: Fields = whole,
) -> JsonObject:
    """Those that name the room, the oldest first; with `groups` also those of all rooms of its kind.

    The answer: `integrations` with `count`, `offset` and `total`. Raises CodedError.
    """
    names = {str(Target("room", name)) for name in (room.id, room.name) if name is not None}
    if groups:
        names.add(ALL_PUBLIC if room.t == "c" else ALL_PRIVATE)
    visible = await visible_to(registry.workspace, caller, strict=registry.strict)
    listed = await _listed(registry, replace(visible, channels=frozenset(names)), page, query)
    records = [shown(record) for record in listed.records]
    return {"integrations": [*records], "count": len(records), "offset": page.offset, "total": listed.total}


@dataclass(frozen=True, slots=True)
class _Listed:
    records: list[JsonObject]
    total: int


async def _listed(registry: Registry, listing: Listing, page: Page, query: Query | None) -> _Listed:
    async def listed(page: Page) -> tuple[list[JsonObject], int]:
        return await _part(registry, listing, page), 0

    if query is not None:
        return _Listed(*await page_of(listed, whole, page, query))
    total = await registry.store.read(count_integrations, listing)
    return _Listed(await _part(registry, listing, page), total)


async def _part(registry: Registry, listing: Listing, page: Page) -> list[JsonObject]:
    """As many records of the page as an answer takes."""
    wanted = page.count or MAX_ROWS
    records: list[JsonObject] = []
    left = MAX_ANSWER_BYTES
    while left > 0 and len(records) < wanted:
        limit = min(ROWS_A_READ, wanted - len(records))
        found = await _records(registry, listing, page, page.offset + len(records), limit)
        records += found
        # in a thread: they are megabytes of JSON where scripts are large
        left -= await asyncio.to_thread(_size, found)
        if len(found) < limit:
            break
    return records


def _size(records: Sequence[JsonObject]) -> int:
    return sum(len(json_text(record)) for record in records)


async def _records(registry: Registry, listing: Listing, page: Page, offset: int, limit: int) -> list[JsonObject]:
    found = await registry.store.read(list_integrations, listing, page.sort, offset, limit)
    return [to_record(saved.integration) for saved in found]


async def _statistics(registry: Registry, records: Sequence[JsonObject]) -> dict[str, JsonObject]:
    kinds: tuple[Kind, ...] = (INCOMING, OUTGOING)
    told: dict[str, JsonObject] = {}
    for kind in kinds:
        ids = [str(record["_id"]) for record in records if record["type"] == kind]
        for start in range(0, len(ids), STATISTICS_A_READ):
            some = ids[start : start + STATISTICS_A_READ]
            found = await registry.store.read(run_statistics, kind, some, now_ms() - DAY_MS)
            told |= {id: _told(of_one) for id, of_one in found.items()}
    return told


def _told(found: RunStatistics) -> JsonObject:
    return {
        "lastRun": None if found.last_run is None else iso(found.last_run),
        "lastFailure": None if found.last_failure is None else iso(found.last_failure),
        "failures24h": found.failures,
    }
