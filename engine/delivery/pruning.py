"""Prunes history in small writes between others', once a minute, as long as the process lives."""

import asyncio

import structlog

from engine.errors import Unavailable
from engine.store.database import Store
from engine.store.retention import prune, surplus
from engine.trace import now_ms

EVERY_SECONDS = 60.0
# between two writes, so that pruning a lot is never in anybody's way
PAUSE_SECONDS = 0.05
DAY_MS = 24 * 3_600_000

_log = structlog.get_logger(__name__)


async def prune_for_ever(store: Store, days: int) -> None:
    while True:
        try:
            await prune_once(store, days)
        except Unavailable as error:
            _log.warning("history was not pruned", error=str(error))
        await asyncio.sleep(EVERY_SECONDS)


async def prune_once(store: Store, days: int) -> int:
    """How many runs went."""
    found = await store.read(surplus, now_ms() - days * DAY_MS)
    pruned = 0
    while rows := await store.write(prune, found):
        pruned += rows
        await asyncio.sleep(PAUSE_SECONDS)
    return pruned
