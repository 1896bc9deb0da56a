"""Turns and limits among the runs of all processes that share a database: rows, each held until a time.

Runs of this process queue here first, so each key is asked for by one of them at a time; among processes it is handed
on in turn. Nobody trusts in time alone: what was held for too long is not committed.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from sqlalchemy import Connection

from engine.errors import Unavailable
from engine.model.values import Exceeded
from engine.services.locks import Deadlock, KeyLocks
from engine.services.writers import Holder, Values
from engine.store.database import Store
from engine.store.held_keys import Turn, commit_keys, give_back_keys, reserve_growth, take_key

FIRST_PAUSE, LONGEST_PAUSE = 0.002, 0.05
# From the end of a hook's time to the commit of its outcome.
SECONDS_TO_COMMIT = 15.0


class SharedWriters:
    """See `Writers`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue = KeyLocks()
        self._asking: dict[Holder, asyncio.Future[Turn]] = {}
        self._giving_back: dict[Holder, asyncio.Task[None]] = {}

    async def take(self, holder: Holder, key: str) -> None:
        await self._queue.take(holder, (holder.integration_id, key))
        if (giving_back := self._giving_back.get(holder)) is not None:
            # of what it had before: else this key might go, too
            await asyncio.wait([giving_back])
        pause = FIRST_PAUSE
        while (turn := await self._ask(holder, key)) != "mine":
            if turn == "ring":
                raise Deadlock((holder.integration_id, key))
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def reserve(
        self, holder: Holder, after: Mapping[str, int | None], values: Values, now: int
    ) -> Exceeded | None:
        return await self._store.write_soon(reserve_growth, holder.integration_id, holder.id, dict(after), now)

    def commit(self, connection: Connection, holder: Holder, keys: frozenset[str]) -> None:
        commit_keys(connection, holder.id, keys)

    def end(self, holder: Holder) -> None:
        self._queue.give_back(holder)
        if (asked := self._asking.pop(holder, None)) is not None:
            task = asyncio.get_running_loop().create_task(self._give_back(holder, asked))
            self._giving_back[holder] = task
            task.add_done_callback(lambda _: self._giving_back.pop(holder))

    async def settled(self) -> None:
        """Until all that has ended is given back."""
        await asyncio.gather(*self._giving_back.values())

    async def _ask(self, holder: Holder, key: str) -> Turn:
        seconds = max(0.0, holder.seconds_left()) + SECONDS_TO_COMMIT
        asking = self._store.write_soon(take_key, holder.integration_id, key, holder.id, round(seconds * 1000))
        self._asking[holder] = asyncio.ensure_future(asking)
        # one that is given up may take the key all the same
        return await asyncio.shield(self._asking[holder])

    async def _give_back(self, holder: Holder, asked: "asyncio.Future[Turn]") -> None:
        # what cannot be given back now is free when its time is over
        with suppress(Unavailable):
            await asked
        with suppress(Unavailable):
            await self._store.write_soon(give_back_keys, holder.id)
