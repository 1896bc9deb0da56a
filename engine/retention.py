"""Prunes in small writes between others', as long as the process lives: history and the keys of webhooks once a minute,
and once an hour what saving integrations left behind. How old something is, is by the database's clock."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import Connection

from engine.errors import Unavailable
from engine.store import leftovers
from engine.store.clock import read_clock
from engine.store.database import Store
from engine.store.hook_keys import prune_keys
from engine.store.retention import MAX_BYTES, MAX_RUNS, ROWS_A_WRITE, prune, surplus

EVERY_SECONDS = 60.0
ROUNDS_A_SWEEP = 60
# between two writes, so that pruning a lot is in nobody's way
PAUSE_SECONDS = 0.05
DAY_MS = 24 * 3_600_000
# no call and no attempt takes as long, so none that is under way can still come to need what is older
SUPERSEDED_MS = 3_600_000
# code of an integration saved by another version of the server: compiled anew it is kept for as long
UNUSED_CODE_MS = DAY_MS

_log = structlog.stdlib.get_logger("hookcell.retention")


class Retention:
    """`days` is how long runs are kept; the other two bounds are the same for everybody.

    `ours` tells whether this process is the one of its database that does it.
    """

    def __init__(
        self,
        store: Store,
        *,
        days: int,
        ours: Callable[[Connection], bool] = lambda _: True,
        max_runs: int = MAX_RUNS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._store = store
        self._ours = ours
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
        now = await self._store.read(read_clock)
        oldest = now - self._kept_ms
        found = await self._store.read(surplus, oldest, max_runs=self._max_runs, max_bytes=self._max_bytes)
        pruned = await self._repeat(prune, found)
        await self._repeat(prune_keys, now, ROWS_A_WRITE)
        return pruned

    async def sweep(self) -> tuple[int, int]:
        """How many revisions and how many scripts' codes went. Raises Unavailable."""
        return await self._sweep_revisions(), await self._sweep_code()

    async def _sweep_revisions(self) -> int:
        swept, after, before = 0, "", await self._store.read(read_clock) - SUPERSEDED_MS
        while ids := await self._store.read(leftovers.with_old_revisions, after, before, ROWS_A_WRITE):
            for id in ids:
                while found := await self._store.read(leftovers.unneeded_revisions, id, ROWS_A_WRITE):
                    swept += await self._store.write(leftovers.drop_revisions, found)
                    await asyncio.sleep(PAUSE_SECONDS)
            after = ids[-1]
        return swept

    async def _sweep_code(self) -> int:
        before = await self._store.read(read_clock) - UNUSED_CODE_MS
        return await self._repeat(leftovers.drop_unused_code, before, ROWS_A_WRITE)

    async def _repeat(self, write: Callable[..., int], *arguments: Any) -> int:
        """Small writes until nothing is left to do; how many rows in all."""
        total = 0
        while rows := await self._store.write(write, *arguments):
            total += rows
            await asyncio.sleep(PAUSE_SECONDS)
        return total

    async def _keep_pruning(self) -> None:
        rounds = 0
        while True:
            try:
                if await self._store.read(self._ours):
                    await self.prune()
                    if rounds % ROUNDS_A_SWEEP == 0:
                        await self.sweep()
            except Unavailable as error:
                _log.warning("history was not pruned", error=str(error))
            except Exception:
                _log.exception("history was not pruned, in a way that should not be")
            rounds += 1
            await asyncio.sleep(EVERY_SECONDS)
