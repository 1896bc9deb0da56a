"""The database's clock, in milliseconds since the epoch: leases and due times are by it, never by a process's own."""

from typing import Any

from sqlalchemy import BigInteger, Connection, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class database_ms(FunctionElement[int]):
    type = BigInteger()
    inherit_cache = True


def read_clock(connection: Connection) -> int:
    return connection.execute(select(database_ms())).scalar_one()


@compiles(database_ms, "sqlite")
def _sqlite(element: database_ms, compiler: Any, **_: Any) -> str:
    # 2440587.5 is the epoch as a Julian day; `unixepoch('subsec')` would need SQLite 3.42
    return "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"


@compiles(database_ms, "postgresql")
def _postgresql(element: database_ms, compiler: Any, **_: Any) -> str:
    # of the statement, as SQLite's is: what others committed after this transaction began was not written in the future
    return "CAST(extract(epoch from statement_timestamp()) * 1000 AS bigint)"
