"""The index kept in memory: read once, then only what changed, when somebody found that it is stale.

Its version is read before its entries, so entries that are newer than it says do no harm: whoever relies on the index
does so in a transaction that asks for the version, and comes back here.
"""

import asyncio

from engine.matching import Index, OutgoingEntry
from engine.model.integrations import OutgoingIntegration
from engine.store import configuration
from engine.store.database import Store
from engine.store.integrations import enabled_outgoing_after, get_revisions

PAGE = 1_000
RECORDS_A_READ = 200


class IndexCache:
    """Of one process and one store. Callers that come while it is being read wait for the same reading."""

    def __init__(self) -> None:
        self._index = Index(version=-1)
        # how many changes were told of, and how many of those the index has seen
        self._changes, self._seen = 1, 0
        self._reading = asyncio.Lock()

    async def current(self, store: Store) -> Index:
        """Raises Unavailable when the store cannot be read."""
        if self._seen != self._changes:
            async with self._reading:
                if self._seen != self._changes:
                    changes = self._changes
                    self._index = await _refreshed(self._index, store)
                    self._seen = changes
        return self._index

    def invalidate(self) -> None:
        """The configuration has changed: whoever asks next gets an index read after now."""
        self._changes += 1


async def _refreshed(index: Index, store: Store) -> Index:
    version = await store.read(configuration.version)
    if version == index.version:
        return index
    wanted = await _enabled(store)
    # Here and below in a thread: a hundred thousand entries take a while to compare and to sort into their buckets.
    gone, changed = await asyncio.to_thread(_differences, index, wanted)
    entries: list[OutgoingEntry] = []
    for start in range(0, len(changed), RECORDS_A_READ):
        entries += await _entries(store, changed[start : start + RECORDS_A_READ])
    return await asyncio.to_thread(index.changed, version, entries, gone)


def _differences(index: Index, wanted: dict[str, int]) -> tuple[list[str], list[int]]:
    """The ids that are in the index and no longer wanted, and the revisions that are wanted and not in it."""
    entries = index.entries
    gone = [id for id in entries if id not in wanted]
    return gone, [revision for id, revision in wanted.items() if id not in entries or entries[id].revision != revision]


async def _enabled(store: Store) -> dict[str, int]:
    wanted: dict[str, int] = {}
    after = ""
    while page := await store.read(enabled_outgoing_after, after, PAGE):
        wanted.update(page)
        after = page[-1][0]
    return wanted


async def _entries(store: Store, revisions: list[int]) -> list[OutgoingEntry]:
    saved = await store.read(get_revisions, revisions)
    return [
        OutgoingEntry.of(found.integration, found.revision)
        for found in saved
        if isinstance(found.integration, OutgoingIntegration)
    ]
