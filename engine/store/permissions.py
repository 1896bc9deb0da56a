"""Which roles hold which permission. A permission without a row is held by nobody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.store.conflicts import insert_if_absent
from engine.store.schema import permissions


@dataclass(frozen=True, slots=True)
class Permission:
    id: str
    roles: tuple[str, ...]
    updated_at: int


def list_permissions(connection: Connection, *, since: int = 0) -> list[Permission]:
    """Those that changed after `since`, by name."""
    statement = select(permissions).where(permissions.c.updated_at > since).order_by(permissions.c.id)
    return [Permission(row.id, tuple(row.roles), row.updated_at) for row in connection.execute(statement).all()]


def insert_permissions(connection: Connection, roles: Mapping[str, Iterable[str]], now: int) -> None:
    """Those that are there stay as they are: an administrator may have changed them."""
    for name, holders in roles.items():
        row = {"id": name, "roles": list(holders), "updated_at": now}
        connection.execute(insert_if_absent(connection, permissions).values(row))


def roles_holding(connection: Connection, names: Iterable[str]) -> dict[str, frozenset[str]]:
    statement = select(permissions.c.id, permissions.c.roles).where(permissions.c.id.in_(list(names)))
    return {name: frozenset(roles) for name, roles in connection.execute(statement).all()}


def set_roles(connection: Connection, name: str, roles: Iterable[str], now: int) -> bool:
    """False when there is no such permission."""
    statement = permissions.update().where(permissions.c.id == name).values(roles=list(roles), updated_at=now)
    return connection.execute(statement).rowcount == 1
