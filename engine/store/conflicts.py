"""INSERT ... ON CONFLICT DO NOTHING, which the two dialects spell alike and SQLAlchemy keeps apart."""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_if_absent(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that leaves alone a row that is there by whichever unique key; its rowcount tells what happened."""
    return insert_ignoring(connection.dialect.name, table)


def insert_ignoring(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same for a dialect by its name, for statements that are compiled once."""
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
