"""Which run may write which key, where several processes share the database: a row until a time, by its clock.

Whoever finds a key held puts itself down as the next one, and is handed the key when it is given back; so processes
take turns, and a ring of waiters can be seen. All looking and taking for one integration is under the lock of its row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import Connection, delete, insert, select, update

from engine.errors import KeysLost
from engine.model.values import Exceeded, Growth, exceeded, growth, growth_of
from engine.store.clock import database_ms
from engine.store.isolation import row_by_row
from engine.store.schema import held_keys, integrations
from engine.store.values import value_sizes

# How long a key waits for whom it was handed to.
HANDED_MS = 2_000

Turn: TypeAlias = Literal["mine", "another's", "ring"]


@dataclass(frozen=True, slots=True)
class _Held:
    key: str
    run: str
    next: str | None
    growth: Growth


@row_by_row
def take_key(connection: Connection, integration_id: str, key: str, run: str, lease_ms: int) -> Turn:
    """`mine` until so long from now; `ring` where its holder waits, through others or not, for this run."""
    found = {held.key: held for held in _held(connection, integration_id)}
    held, until = found.get(key), database_ms() + lease_ms
    if held is None:
        row = {
            "integration_id": integration_id,
            "key": key,
            "run": run,
            "more_keys": 0,
            "more_bytes": 0,
            "until": until,
        }
        connection.execute(insert(held_keys).values(row))
        return "mine"
    here = (held_keys.c.integration_id == integration_id, held_keys.c.key == key)
    if held.run == run:
        connection.execute(update(held_keys).where(*here).values(until=until))
        return "mine"
    if _waits_for(held.run, run, found.values()):
        return "ring"
    if held.next is None:
        connection.execute(update(held_keys).where(*here).values(next=run))
    return "another's"


@row_by_row
def reserve_growth(
    connection: Connection, integration_id: str, run: str, after: Mapping[str, int | None], now: int
) -> Exceeded | None:
    """Writes down what the run is about to add, unless that is too much beside what all others are about to add."""
    mine: dict[str, Growth] = {}
    others: dict[str, Growth] = {}
    # before what is committed, so that what is being committed counts twice rather than not at all
    for held in _held(connection, integration_id):
        if held.run == run:
            mine[held.key] = held.growth
        else:
            others[held.run] = others.get(held.run, Growth()) + held.growth
    sizes = value_sizes(connection, integration_id, now)
    limit = exceeded(sizes, growth(sizes, after), others.values())
    if limit is None:
        for key, size in after.items():
            if (one := growth_of(sizes.get(key), size)) != mine.get(key):
                here = (held_keys.c.integration_id == integration_id, held_keys.c.key == key, held_keys.c.run == run)
                connection.execute(update(held_keys).where(*here).values(more_keys=one.keys, more_bytes=one.bytes))
    return limit


def commit_keys(connection: Connection, run: str, keys: frozenset[str]) -> None:
    """In the transaction that writes the keys: they are given back with it. Raises KeysLost."""
    living = held_keys.c.until > database_ms()
    # locked: one whose time is over before the commit is nobody else's before it
    mine = select(held_keys.c.key).where(held_keys.c.run == run, living).with_for_update()
    if not keys.issubset(connection.execute(mine).scalars()):
        raise KeysLost("The run took too long for what it keeps in the store; nothing of it was stored.")
    give_back_keys(connection, run)


@row_by_row
def give_back_keys(connection: Connection, run: str) -> None:
    """All that the run has or waits for."""
    mine = held_keys.c.run == run
    connection.execute(update(held_keys).where(held_keys.c.next == run).values(next=None))
    connection.execute(delete(held_keys).where(mine, held_keys.c.next.is_(None)))
    handed = {
        "run": held_keys.c.next,
        "next": None,
        "more_keys": 0,
        "more_bytes": 0,
        "until": database_ms() + HANDED_MS,
    }
    connection.execute(update(held_keys).where(mine).values(handed))


def _held(connection: Connection, integration_id: str) -> list[_Held]:
    """What is held by now; nobody else takes or reserves until the transaction ends."""
    row = select(integrations.c.id).where(integrations.c.id == integration_id).with_for_update(key_share=True)
    connection.execute(row).all()
    here = held_keys.c.integration_id == integration_id
    connection.execute(delete(held_keys).where(here, held_keys.c.until <= database_ms()))
    columns = (held_keys.c.key, held_keys.c.run, held_keys.c.next, held_keys.c.more_keys, held_keys.c.more_bytes)
    return [
        _Held(found[0], found[1], found[2], Growth(found[3], found[4]))
        for found in connection.execute(select(*columns).where(here)).all()
    ]


def _waits_for(waiting: str, run: str, found: Iterable[_Held]) -> bool:
    """Whether a chain of runs, each the next for a key of another, leads to this one."""
    awaited = {held.next: held.run for held in found if held.next is not None}
    seen: set[str] = set()
    while waiting not in seen:
        if waiting == run:
            return True
        seen.add(waiting)
        waiting = awaited.get(waiting, waiting)
    return False
