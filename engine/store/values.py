"""What scripts keep, as rows: one for each key of an integration, its value as JSON text.

A row whose time has come is not there any more for whoever reads; it is deleted with the next write of its integration.
Who may write a key, and whether it may grow, is settled before: by `engine.services.writers`.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from engine.model.values import Change, StoredValue
from engine.store.schema import integrations, stored_values


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
