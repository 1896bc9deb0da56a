"""What scripts keep, as values: one for each key of an integration, and how much of them there may be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

MAX_KEYS = 256
MAX_KEY = 128
MAX_VALUE = 64 * 1024
MAX_BYTES = 1024 * 1024

Exceeded: TypeAlias = Literal["keys", "bytes"]


@dataclass(frozen=True, slots=True)
class StoredValue:
    """`text` is JSON; `expires_at` is milliseconds since the epoch, None for ever."""

    key: str
    text: str
    expires_at: int | None
    updated_at: int

    @property
    def size(self) -> int:
        return size_of(self.key, self.text)


@dataclass(frozen=True, slots=True)
class Change:
    """What a call leaves of a key: a value, or None for no such key."""

    key: str
    value: StoredValue | None


@dataclass(frozen=True, slots=True)
class Growth:
    """What a run under way would add, if it were committed now."""

    keys: int = 0
    bytes: int = 0

    def __add__(self, other: "Growth") -> "Growth":
        return Growth(self.keys + other.keys, self.bytes + other.bytes)


def growth_of(before: int | None, after: int | None) -> Growth:
    """Of one key; None is no such key."""
    return Growth((after is not None) - (before is not None), (after or 0) - (before or 0))


def growth(sizes: Mapping[str, int], after: Mapping[str, int | None]) -> Growth:
    return sum((growth_of(sizes.get(key), size) for key, size in after.items()), Growth())


def exceeded(sizes: Mapping[str, int], own: Growth, others: Collection[Growth]) -> Exceeded | None:
    """The limit that stands in the way of growing; who adds nothing meets none, what others free is not free."""
    if own.keys > 0 and len(sizes) + own.keys + sum(max(0, other.keys) for other in others) > MAX_KEYS:
        return "keys"
    used = sum(sizes.values()) + sum(max(0, other.bytes) for other in others)
    return "bytes" if own.bytes > 0 and used + own.bytes > MAX_BYTES else None


def size_of(key: str, text: str) -> int:
    """What a value counts for in MAX_BYTES."""
    return len(key.encode()) + len(text.encode())
