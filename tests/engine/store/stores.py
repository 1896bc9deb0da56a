"""What the tests of the store share: a store on a folder, and functions that write to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, text

from engine.errors import StoreLost
from engine.store.connections import driver
from engine.store.database import Store
from engine.store.limits import StoreLimits
from engine.store.schema import permissions
from engine.store.sqlite import SqliteStore
from tests.dialects import open_at


@asynccontextmanager
async def opened(
    data: Path, limits: StoreLimits | None = None, on_lost: Callable[[StoreLost], None] | None = None
) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(data, limits=limits, on_lost=on_lost)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def either(data: Path) -> AsyncIterator[Store]:
    """The store of the test's `dialect`."""
    store = await open_at(data)
    try:
        yield store
    finally:
        await store.close()


def add(connection: Connection, name: str, size: int = 0) -> str:
    connection.execute(insert(permissions).values(id=name, roles=["x" * size], updated_at=0))
    return name


def names(connection: Connection) -> set[str]:
    return set(connection.execute(select(permissions.c.id)).scalars())


def count(connection: Connection) -> int:
    found: int = connection.execute(select(func.count()).select_from(permissions)).scalar_one()
    return found


def trace(connection: Connection, log: list[str]) -> None:
    driver(connection).set_trace_callback(log.append)


def hold(connection: Connection, started: Callable[[], object], wait: Callable[[], object]) -> None:
    """Keeps the writer's thread busy, outside of Python's and SQLite's locks."""
    started()
    wait()


def allow_pages(connection: Connection, more: int) -> None:
    pages: int = connection.execute(text("PRAGMA page_count")).scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + more}")


async def outcomes(store: SqliteStore, calls: list[tuple[str, int]]) -> list[str | BaseException]:
    return await asyncio.gather(*[store.write(add, *call) for call in calls], return_exceptions=True)
