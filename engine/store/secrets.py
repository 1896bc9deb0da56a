"""Secrets as rows: encrypted values, with where they may go. A change of them is a change of the configuration."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from engine.store import configuration
from engine.store.schema import secrets


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """`scope` is an integration's id or `*`; `sealed` is what the cipher made."""

    scope: str
    name: str
    sealed: bytes = field(repr=False)
    hosts: tuple[str, ...]
    uses: tuple[str, ...]
    created_at: int
    updated_at: int
    updated_by: str


def put_secret(connection: Connection, secret: StoredSecret, limit: int) -> bool:
    """False when its scope has `limit` others already."""
    values = {
        "sealed": secret.sealed,
        "hosts": list(secret.hosts),
        "uses": list(secret.uses),
        "updated_at": secret.updated_at,
        "updated_by": secret.updated_by,
    }
    here = (secrets.c.scope == secret.scope, secrets.c.name == secret.name)
    if connection.execute(update(secrets).where(*here).values(values)).rowcount:
        configuration.bump(connection)
        return True
    count = select(func.count()).select_from(secrets).where(secrets.c.scope == secret.scope)
    if connection.execute(count).scalar_one() >= limit:
        return False
    row = {**values, "scope": secret.scope, "name": secret.name, "created_at": secret.created_at}
    connection.execute(insert(secrets).values(row))
    configuration.bump(connection)
    return True


def remove_secret(connection: Connection, scope: str, name: str) -> bool:
    statement = delete(secrets).where(secrets.c.scope == scope, secrets.c.name == name)
    if not connection.execute(statement).rowcount:
        return False
    configuration.bump(connection)
    return True


def secrets_of(connection: Connection, scopes: Collection[str]) -> list[StoredSecret]:
    """By scope and name; a scope has at most so many as `put_secret` lets in."""
    statement = select(secrets).where(secrets.c.scope.in_(scopes)).order_by(secrets.c.scope, secrets.c.name)
    return [_stored(row) for row in connection.execute(statement).all()]


def _stored(row: Row[*tuple[object, ...]]) -> StoredSecret:
    columns = row._mapping
    return StoredSecret(**{**columns, "hosts": tuple(columns["hosts"]), "uses": tuple(columns["uses"])})
