"""The version that changes of integrations, secrets, roles, permissions, room names and tokens raise as they commit."""

from sqlalchemy import Connection, select, update

from engine.store.schema import configuration
from engine.store.statements import Statement

_version = Statement(select(configuration.c.version))


def version(connection: Connection) -> int:
    row = _version.row(connection)
    assert row is not None
    return int(row[0])


def bump(connection: Connection) -> int:
    statement = update(configuration).values(version=configuration.c.version + 1).returning(configuration.c.version)
    raised: int = connection.execute(statement).scalar_one()
    return raised
