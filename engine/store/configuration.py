"""The version that every change of integrations, roles, permissions, room names and tokens raises as it commits."""

from sqlalchemy import Connection, select, update

from engine.store.schema import configuration


def version(connection: Connection) -> int:
    seen: int = connection.execute(select(configuration.c.version)).scalar_one()
    return seen


def bump(connection: Connection) -> int:
    statement = update(configuration).values(version=configuration.c.version + 1).returning(configuration.c.version)
    raised: int = connection.execute(statement).scalar_one()
    return raised
