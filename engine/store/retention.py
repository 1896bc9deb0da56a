"""What history no longer keeps: older than its days, beyond its runs an integration, beyond its bytes in all.

`surplus` looks, outside any transaction that writes; `prune` deletes a few rows of what it found, and is called until
nothing is left. What waits or is being worked is never touched, whatever its age.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, or_, select, union_all

from engine.store.deliveries import delete_deliveries
from engine.store.isolation import row_by_row
from engine.store.schema import deliveries, runs

MAX_RUNS = 10_000
MAX_BYTES = 2 * 1024**3
ROWS_A_WRITE = 200

_KEYS = {deliveries.name: deliveries.c.seq, runs.name: runs.c.id}
_BUSY = {deliveries.name: ("pending", "claimed"), runs.name: ("running",)}


@dataclass(frozen=True, slots=True)
class Surplus:
    """What was updated before `before` goes; of some integrations, what was updated before a time of their own."""

    before: int
    of_integrations: tuple[tuple[str, int], ...] = ()


def surplus(connection: Connection, oldest: int, *, max_runs: int = MAX_RUNS, max_bytes: int = MAX_BYTES) -> Surplus:
    """`oldest` is the time before which nothing is kept anyway."""
    return Surplus(
        max(oldest, _before_bytes(connection, max_bytes)),
        tuple(found for table in (deliveries, runs) for found in _beyond_runs(connection, table, max_runs)),
    )


@row_by_row
def prune(connection: Connection, found: Surplus) -> int:
    """Deletes at most `ROWS_A_WRITE` rows, the oldest first; how many, 0 when nothing is left."""
    left = ROWS_A_WRITE
    for table in (deliveries, runs):
        surplus_rows = or_(
            table.c.updated_at < found.before,
            *(and_(table.c.integration_id == id, table.c.updated_at < before) for id, before in found.of_integrations),
        )
        left -= _delete(connection, table, surplus_rows, left)
        if left == 0:
            break
    return ROWS_A_WRITE - left


def _delete(connection: Connection, table: Table, surplus_rows: ColumnElement[bool], limit: int) -> int:
    key = _KEYS[table.name]
    chosen = (
        select(key)
        .where(surplus_rows, table.c.state.not_in(_BUSY[table.name]))
        .order_by(table.c.updated_at)
        .limit(limit)
    )
    if table is deliveries:
        return delete_deliveries(connection, chosen)
    return connection.execute(delete(table).where(key.in_(chosen))).rowcount


def _beyond_runs(connection: Connection, table: Table, max_runs: int) -> list[tuple[str, int]]:
    """(integration, the time of its oldest run that stays), of those that have more."""
    crowded = select(table.c.integration_id).group_by(table.c.integration_id).having(func.count() > max_runs)
    found = []
    for id in connection.execute(crowded).scalars().all():
        newest = select(table.c.updated_at).where(table.c.integration_id == id).order_by(table.c.updated_at.desc())
        found.append((id, connection.execute(newest.offset(max_runs - 1).limit(1)).scalar_one()))
    return found


def _before_bytes(connection: Connection, max_bytes: int) -> int:
    """The time of the oldest row that still fits, counted from the newest; 0 when all do."""
    sizes = union_all(*(select(table.c.updated_at, table.c.size) for table in (deliveries, runs))).subquery()
    if (connection.execute(select(func.sum(sizes.c.size))).scalar_one() or 0) <= max_bytes:
        return 0
    total = func.sum(sizes.c.size).over(order_by=sizes.c.updated_at.desc())
    counted = select(sizes.c.updated_at, total.label("total")).subquery()
    fits = select(func.min(counted.c.updated_at)).where(counted.c.total <= max_bytes)
    newest = select(func.max(sizes.c.updated_at))
    oldest_kept = connection.execute(fits).scalar_one()
    return int(oldest_kept if oldest_kept is not None else connection.execute(newest).scalar_one() + 1)
