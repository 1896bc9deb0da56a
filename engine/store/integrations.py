"""Integrations and their revisions: each saved record is kept once, and the integration points to its current one.

Every change of a row raises the configuration's version first, in the same transaction, so that revisions are
numbered in the order of their commits.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.channels import ALL_PUBLIC
from engine.model.events import CHANNELLESS, EVENT_NAMES
from engine.model.integrations import Integration, Kind, OutgoingIntegration, SavedIntegration, from_record, to_record
from engine.store import configuration
from engine.store.deliveries import delete_deliveries
from engine.store.schema import deliveries, integration_revisions, integrations, runs, secrets, stored_values

# Keys of the record, each with 1 for ascending or -1 for descending.
Order: TypeAlias = Sequence[tuple[str, int]]

_COLUMNS = {
    "_id": integrations.c.id,
    "type": integrations.c.type,
    "name": integrations.c.name,
    "enabled": integrations.c.enabled,
    "userId": integrations.c.user_id,
    "_createdAt": integrations.c.created_at,
    "_updatedAt": integrations.c.updated_at,
}
# A path into a record that can be looked for: no record has another.
_PATH = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+){0,4}")
_CURRENT = integration_revisions.join(integrations, integrations.c.revision == integration_revisions.c.id)


@dataclass(frozen=True, slots=True)
class Listing:
    """Which integrations are asked for: all of some kinds, those `caller` created of others; filters narrow it.

    `name` is part of the name, in any case. `channels` asks for those that name at least one of these channels; with
    ALL_PUBLIC among them also for those that name none and so hear all.
    """

    all_of: frozenset[Kind]
    own_of: frozenset[Kind]
    caller: str
    name: str | None = None
    type: str | None = None
    channels: frozenset[str] | None = None


def insert_integration(connection: Connection, integration: Integration, code: str | None, now: int) -> int:
    """Returns the first revision."""
    configuration.bump(connection)
    revision = _insert_revision(connection, integration, code, now)
    columns = {**_mirrored(integration), "revision": revision, "updated_at": now}
    created = {"id": integration.id, "created_by": integration.created_by.id, "created_at": now}
    connection.execute(insert(integrations).values({**columns, **created}))
    return revision


def revise_integration(
    connection: Connection, integration: Integration, code: str | None, *, seen: int, now: int
) -> int | None:
    """Returns the new revision; None when the current one is not `seen` any more, or the integration is gone."""
    configuration.bump(connection)
    revision = _insert_revision(connection, integration, code, now)
    changed = connection.execute(
        update(integrations)
        .where(integrations.c.id == integration.id, integrations.c.revision == seen)
        .values({**_mirrored(integration), "revision": revision, "updated_at": now})
    )
    if changed.rowcount == 1:
        return revision
    connection.execute(delete(integration_revisions).where(integration_revisions.c.id == revision))
    return None


def disable_integration(connection: Connection, integration_id: str, updated_at: str, now: int) -> bool:
    """False when it is disabled already, or gone. `updated_at` is `now` as records show dates."""
    saved = get_integration(connection, integration_id)
    if saved is None or not saved.integration.enabled:
        return False
    disabled = saved.integration.model_copy(update={"enabled": False, "updated_at": updated_at})
    return revise_integration(connection, disabled, saved.code, seen=saved.revision, now=now) is not None


def get_integration(connection: Connection, integration_id: str) -> SavedIntegration | None:
    row = connection.execute(_current().where(integrations.c.id == integration_id)).one_or_none()
    return None if row is None else _saved(row)


def get_revision(connection: Connection, integration_id: str, revision: int) -> SavedIntegration | None:
    """The integration as it was saved then; whether it still exists and is enabled is not asked."""
    statement = select(integration_revisions.c.id, integration_revisions.c.record, integration_revisions.c.code).where(
        integration_revisions.c.id == revision, integration_revisions.c.integration_id == integration_id
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _saved(row)


def is_enabled(connection: Connection, integration_id: str) -> bool:
    """False for one that is gone."""
    statement = select(integrations.c.enabled).where(integrations.c.id == integration_id)
    return connection.execute(statement).scalar_one_or_none() is True


def count_integrations(connection: Connection, listing: Listing) -> int:
    source = _CURRENT if listing.channels is not None else integrations
    statement = select(func.count()).select_from(source).where(_asked_for(connection, listing))
    return connection.execute(statement).scalar_one()


def list_integrations(
    connection: Connection, listing: Listing, order: Order, offset: int, limit: int
) -> list[SavedIntegration]:
    """By the fields of `order`, dotted paths among them, what has none first; else in natural order, oldest first."""
    postgres = connection.dialect.name == "postgresql"
    keys = [_sort_key(key, way, postgres) for key, way in order if key in _COLUMNS or _PATH.fullmatch(key)]
    statement = (
        _current().where(_asked_for(connection, listing)).order_by(*keys, integrations.c.created_at, integrations.c.id)
    )
    return [_saved(row) for row in connection.execute(statement.offset(offset).limit(limit)).all()]


def outgoing_after(connection: Connection, after: str, limit: int) -> list[SavedIntegration]:
    """Outgoing integrations in the order of their ids, from the first one behind `after`."""
    wanted = and_(integrations.c.type == "webhook-outgoing", integrations.c.id > after)
    statement = _current().where(wanted).order_by(integrations.c.id).limit(limit)
    return [_saved(row) for row in connection.execute(statement).all()]


def enabled_outgoing_after(connection: Connection, after: str, limit: int) -> list[tuple[str, int]]:
    """(id, revision) of the enabled ones, in the order of their ids."""
    statement = (
        select(integrations.c.id, integrations.c.revision)
        .where(integrations.c.type == "webhook-outgoing", integrations.c.enabled, integrations.c.id > after)
        .order_by(integrations.c.id)
        .limit(limit)
    )
    return [(id, revision) for id, revision in connection.execute(statement).all()]


def get_revisions(connection: Connection, revisions: Sequence[int]) -> list[SavedIntegration]:
    """Those that are still there, at most 1,000 at a time."""
    statement = select(integration_revisions.c.id, integration_revisions.c.record, integration_revisions.c.code)
    rows = connection.execute(statement.where(integration_revisions.c.id.in_(revisions))).all()
    return [_saved(row) for row in rows]


def delete_integration(connection: Connection, integration_id: str) -> bool:
    """Nothing is matched, called or claimed for it from here, and what its scripts kept and its secrets are gone.

    `clear_removed` deletes the rest of what belonged to it.
    """
    configuration.bump(connection)
    connection.execute(delete(secrets).where(secrets.c.scope == integration_id))
    connection.execute(delete(stored_values).where(stored_values.c.integration_id == integration_id))
    return connection.execute(delete(integrations).where(integrations.c.id == integration_id)).rowcount == 1


def clear_removed(connection: Connection, integration_id: str, limit: int) -> int:
    """Deletes at most `limit` rows of what a removed integration left; returns how many, 0 when nothing is left.

    A delivery that is being worked loses its row, so its worker's end finds nothing to end.
    """
    for table, key in ((deliveries, "seq"), (runs, "id"), (integration_revisions, "id")):
        found = _delete_some(connection, table, key, integration_id, limit)
        if found:
            return found
    return 0


def removed_leftovers(connection: Connection, limit: int) -> list[str]:
    """Ids of integrations that are gone and still have revisions: their removal was interrupted."""
    statement = (
        select(integration_revisions.c.integration_id)
        .distinct()
        .where(integration_revisions.c.integration_id.not_in(select(integrations.c.id)))
        .limit(limit)
    )
    return list(connection.execute(statement).scalars().all())


def _delete_some(connection: Connection, table: Table, key: str, integration_id: str, limit: int) -> int:
    some = select(table.c[key]).where(table.c.integration_id == integration_id).limit(limit)
    if table is deliveries:
        return delete_deliveries(connection, some)
    return int(connection.execute(delete(table).where(table.c[key].in_(some))).rowcount)


def _insert_revision(connection: Connection, integration: Integration, code: str | None, now: int) -> int:
    values = {"integration_id": integration.id, "record": to_record(integration), "code": code, "created_at": now}
    statement = insert(integration_revisions).values(values).returning(integration_revisions.c.id)
    return int(connection.execute(statement).scalar_one())


def _mirrored(integration: Integration) -> Mapping[str, object]:
    return {
        "type": integration.type,
        "name": integration.name,
        "name_lower": integration.name.lower(),
        "enabled": integration.enabled,
        "user_id": integration.user_id,
        "token": None if isinstance(integration, OutgoingIntegration) else integration.token,
    }


def _current() -> Select[Any]:
    revision = integration_revisions.c
    return select(revision.id, revision.record, revision.code).select_from(_CURRENT)


def _saved(row: Row[*tuple[Any, ...]]) -> SavedIntegration:
    return SavedIntegration(from_record(row.record), row.id, row.code)


def _asked_for(connection: Connection, listing: Listing) -> ColumnElement[bool]:
    asked = or_(
        integrations.c.type.in_(sorted(listing.all_of)),
        and_(integrations.c.type.in_(sorted(listing.own_of)), integrations.c.created_by == listing.caller),
    )
    if listing.type is not None:
        asked = and_(asked, integrations.c.type == listing.type)
    if listing.name is not None:
        asked = and_(asked, integrations.c.name_lower.contains(listing.name.lower(), autoescape=True))
    if listing.channels is not None:
        asked = and_(asked, _names_one_of(connection, listing.channels))
    return asked


def _names_one_of(connection: Connection, channels: frozenset[str]) -> ColumnElement[bool]:
    record = integration_revisions.c.record
    if connection.dialect.name == "postgresql":
        items = func.json_array_elements_text(record["channel"]).table_valued("value")
    else:
        items = func.json_each(record, "$.channel").table_valued("value")
    names = select(items.c.value).where(items.c.value.in_(sorted(channels))).exists()
    if ALL_PUBLIC not in channels:
        return names
    in_channels = [event for event in EVENT_NAMES if event not in CHANNELLESS]
    hears_all = and_(~select(items.c.value).exists(), record["event"].as_string().in_(in_channels))
    return or_(names, hears_all)


def _sort_key(key: str, direction: int, postgres: bool) -> ColumnElement[Any]:
    """Numbers inside the record are sorted as numbers, each database in its own way."""
    column: ColumnElement[Any]
    record, path = integration_revisions.c.record, key.split(".")
    if key in _COLUMNS:
        column = _COLUMNS[key]
    elif postgres:
        column = cast(record[tuple(path)], JSONB)
    else:
        column = func.json_extract(record, "$" + "".join(f'."{name}"' for name in path))
    return column.asc().nulls_first() if direction == 1 else column.desc().nulls_last()
