"""Prunes history in small writes between others', once a minute, as long as the process lives."""

import asyncio

import structlog

from engine.errors import Unavailable
from engine.store.database import Store
from engine.store.retention import MAX_BYTES, MAX_RUNS, prune, surplus
from engine.trace import now_ms

EVERY_SECONDS = 60.0
# between two writes, so that pruning a lot is in nobody's way
PAUSE_SECONDS = 0.05
DAY_MS = 24 * 3_600_000

_log = structlog.stdlib.get_logger("hookcell.retention")


class Retention:
    """`days` is how long runs are kept; the other two bounds are the same for everybody."""

    def __init__(self, store: Store, *, days: int, max_runs: int = MAX_RUNS, max_bytes: int = MAX_BYTES) -> None:
        self._store = store
        self._kept_ms = days * DAY_MS
        self._max_runs = max_runs
        self._max_bytes = max_bytes
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_pruning())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def prune(self) -> int:
        """How many runs went. Raises Unavailable."""
        oldest = now_ms() - self._kept_ms
        found = await self._store.read(surplus, oldest, max_runs=self._max_runs, max_bytes=self._max_bytes)
        pruned = 0
        while rows := await self._store.write(prune, found):
            pruned += rows
            await asyncio.sleep(PAUSE_SECONDS)
        return pruned

    async def _keep_pruning(self) -> None:
        while True:
            try:
                await self.prune()
            except Unavailable as error:
                _log.warning("history was not pruned", error=str(error))
            await asyncio.sleep(EVERY_SECONDS)
