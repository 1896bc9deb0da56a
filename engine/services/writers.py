"""Runs that write to what an integration's scripts keep: whose turn it is, and what all of them are about to add.

A key is written by one run at a time, from its first write of it until its outcome is committed or discarded. What
others under way are about to add counts against the limits, so that a limit is met where the script can catch it.
Where one process serves the database, `LocalWriters` keeps both in memory; where several do, `shared_writers.py` keeps
them in the database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from engine.ids import new_id
from engine.model.values import MAX_KEYS, Exceeded, Growth, StoredValue, exceeded, growth
from engine.services.locks import KeyLocks

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Values(Protocol):
    """What is committed, of one integration: the database's, or a tool's own."""

    async def get(self, key: str, now: int) -> StoredValue | None: ...

    async def sizes(self, now: int) -> dict[str, int]:
        """Every key with what it counts for."""

    async def ahead(self, now: int) -> int:
        """By how many milliseconds the clock that `now` is to be of is ahead of this process's, which says `now`."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A run that writes. `seconds_left` is how long its hook may still take."""

    integration_id: str
    seconds_left: Callable[[], float] = field(compare=False)
    id: str = field(default_factory=new_id)


class Writers(Protocol):
    async def take(self, holder: Holder, key: str) -> None:
        """Waits for its turn. Raises Deadlock, and Unavailable."""

    async def reserve(
        self, holder: Holder, after: Mapping[str, int | None], values: Values, now: int
    ) -> Exceeded | None:
        """`after` is what each key that it has written counts for now, None for no such key; the limit in the way."""

    def commit(self, connection: "Connection", holder: Holder, keys: frozenset[str]) -> None:
        """A store function, in the transaction that writes the keys. Raises KeysLost when they are another's."""

    def end(self, holder: Holder) -> None:
        """After what was written is committed, or thrown away. May be called at any time, any number of times."""


class LocalWriters:
    """Of one process."""

    def __init__(self) -> None:
        self.locks = KeyLocks()
        self.growing: dict[str, dict[Holder, Growth]] = {}
        self._ended = 0

    async def take(self, holder: Holder, key: str) -> None:
        await self.locks.take(holder, (holder.integration_id, key))

    async def reserve(
        self, holder: Holder, after: Mapping[str, int | None], values: Values, now: int
    ) -> Exceeded | None:
        for _ in range(MAX_KEYS):
            ended = self._ended
            sizes = await values.sizes(now)
            # else what another has just committed might count as neither committed nor growing
            if ended == self._ended:
                break
        own, growing = growth(sizes, after), self.growing.setdefault(holder.integration_id, {})
        limit = exceeded(sizes, own, [each for other, each in growing.items() if other != holder])
        if limit is None:
            growing[holder] = own
        return limit

    def commit(self, connection: "Connection", holder: Holder, keys: frozenset[str]) -> None:
        """Nothing: nobody else can have had them."""

    def end(self, holder: Holder) -> None:
        self.locks.give_back(holder)
        growing = self.growing.get(holder.integration_id, {})
        if growing.pop(holder, None) is not None:
            self._ended += 1
        if not growing:
            self.growing.pop(holder.integration_id, None)
