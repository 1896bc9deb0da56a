"""What scripts keep, as rows: one for each key of an integration, its value as JSON text.

A row whose time has come is not there any more for whoever reads; it is deleted with the next write of its integration.
Who may write a key, and whether it may grow, is settled before: by `engine.services.writers`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from engine.store.schema import integrations, stored_values

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


def get_value(connection: Connection, integration_id: str, key: str, now: int) -> StoredValue | None:
    row = connection.execute(select(stored_values).where(_one(integration_id, key), _living(now))).one_or_none()
    return None if row is None else StoredValue(row.key, row.value, row.expires_at, row.updated_at)


def value_sizes(connection: Connection, integration_id: str, now: int) -> dict[str, int]:
    """Every key with what it counts for."""
    found = select(stored_values.c.key, stored_values.c.size).where(
        stored_values.c.integration_id == integration_id, _living(now)
    )
    return {row.key: row.size for row in connection.execute(found.order_by(stored_values.c.key)).all()}


def list_values(connection: Connection, integration_id: str, now: int) -> list[StoredValue]:
    """All of them, by key: MAX_KEYS and MAX_BYTES at most."""
    statement = select(stored_values).where(stored_values.c.integration_id == integration_id, _living(now))
    rows = connection.execute(statement.order_by(stored_values.c.key)).all()
    return [StoredValue(row.key, row.value, row.expires_at, row.updated_at) for row in rows]


def write_values(connection: Connection, integration_id: str, changes: Sequence[Change], now: int) -> None:
    """Nothing, when the integration is gone: what it kept went with it."""
    if not changes:
        return
    there = select(func.count()).select_from(integrations).where(integrations.c.id == integration_id)
    if not connection.execute(there).scalar_one():
        return
    for change in changes:
        if change.value is None:
            connection.execute(delete(stored_values).where(_one(integration_id, change.key)))
        else:
            _put(connection, integration_id, change.value)
    outdated = and_(stored_values.c.integration_id == integration_id, stored_values.c.expires_at <= now)
    connection.execute(delete(stored_values).where(outdated))


def clear_values(connection: Connection, integration_id: str, key: str | None = None) -> int:
    """One key or all of them; how many there were."""
    which = stored_values.c.integration_id == integration_id if key is None else _one(integration_id, key)
    return connection.execute(delete(stored_values).where(which)).rowcount


def _put(connection: Connection, integration_id: str, value: StoredValue) -> None:
    columns = {
        "value": value.text,
        "size": value.size,
        "expires_at": value.expires_at,
        "updated_at": value.updated_at,
    }
    changed = connection.execute(update(stored_values).where(_one(integration_id, value.key)).values(columns))
    if not changed.rowcount:
        row = {"integration_id": integration_id, "key": value.key, **columns}
        connection.execute(insert(stored_values).values(row))


def _one(integration_id: str, key: str) -> ColumnElement[bool]:
    return and_(stored_values.c.integration_id == integration_id, stored_values.c.key == key)


def _living(now: int) -> ColumnElement[bool]:
    return or_(stored_values.c.expires_at.is_(None), stored_values.c.expires_at > now)
