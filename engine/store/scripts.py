"""Compiled scripts: bytes that a compile cell made, and that nothing but a hardened cell reads."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from engine.store.conflicts import insert_if_absent
from engine.store.schema import script_code


def insert_code(connection: Connection, key: str, code: bytes, hooks: Sequence[str], now: int) -> None:
    """Code of the same key is the same code: it stays as it is."""
    values = {"key": key, "code": code, "hooks": list(hooks), "created_at": now}
    connection.execute(insert_if_absent(connection, script_code).values(values))


def get_code(connection: Connection, key: str) -> tuple[bytes, tuple[str, ...]] | None:
    """The code and the hooks it defines."""
    row = connection.execute(select(script_code.c.code, script_code.c.hooks).where(script_code.c.key == key)).first()
    return None if row is None else (row.code, tuple(row.hooks))
