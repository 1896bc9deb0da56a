"""What was used last, kept in memory: bounded by number and by bytes."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LastUsed(Generic[K, V]):
    """`put` says how many bytes a value counts for; what was not asked for longest goes first."""

    def __init__(self, number: int, size: int) -> None:
        self._number = number
        self._size = size
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._total = 0

    def get(self, key: K) -> V | None:
        if (kept := self._kept.get(key)) is None:
            return None
        self._kept.move_to_end(key)
        return kept[0]

    def put(self, key: K, value: V, size: int) -> None:
        if (before := self._kept.pop(key, None)) is not None:
            self._total -= before[1]
        self._kept[key] = value, size
        self._total += size
        while len(self._kept) > self._number or self._total > self._size:
            _, (_, dropped) = self._kept.popitem(last=False)
            self._total -= dropped
