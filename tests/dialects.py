"""Tests of what is the same on both databases: with the fixture `dialect` they run on each.

They open their store with `open_at`, which finds in the test's folder which database it is to be.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from engine.errors import StoreLost
from engine.store.database import Store
from engine.store.limits import StoreLimits
from engine.store.postgres import PostgresStore
from engine.store.sqlite import SqliteStore
from tests.postgres import database

Dialect: TypeAlias = Literal["sqlite", "postgresql"]

URL_FILE = "database-url"


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Dialect]:
    chosen: Dialect = request.param
    if chosen == "sqlite":
        yield chosen
        return
    with database() as url:
        (tmp_path / URL_FILE).write_text(url)
        yield chosen


async def open_at(
    data: Path, *, limits: StoreLimits | None = None, on_lost: Callable[[StoreLost], None] | None = None
) -> Store:
    file = data / URL_FILE
    if file.exists():
        return await PostgresStore.open(file.read_text(), limits=limits)
    return await SqliteStore.open(data, limits=limits, on_lost=on_lost)
