"""Tests of what is the same on both databases: with the fixture `dialect` they run on each.

They open their store with `open_at`, or by `settings_at`, which know for the test's folder which database it is to be.
With HOOKCELL_TEST_DIALECT=postgresql everything that opens its store so runs there.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pytest

from engine.errors import StoreLost
from engine.store.database import Store
from engine.store.limits import StoreLimits
from engine.store.postgres import PostgresStore
from engine.store.sqlite import SqliteStore
from tests.postgres import database

Dialect: TypeAlias = Literal["sqlite", "postgresql"]

_urls: dict[Path, str] = {}
DEFAULT: Dialect = "postgresql" if os.environ.get("HOOKCELL_TEST_DIALECT") == "postgresql" else "sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Dialect]:
    chosen: Dialect = request.param
    with kept_in(chosen, tmp_path):
        yield chosen


@pytest.fixture(autouse=True)
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    with kept_in("sqlite" if "dialect" in request.fixturenames else DEFAULT, tmp_path):
        yield


@contextmanager
def kept_in(dialect: Dialect, data: Path) -> Iterator[None]:
    """What is opened in the folder `data` meanwhile is a database of its own, of that kind."""
    if dialect == "sqlite":
        yield
        return
    with database() as url:
        _urls[data] = url
        yield
        del _urls[data]


def settings_at(data: Path) -> dict[str, Any]:
    """Arguments of `Settings`."""
    return {"data": data, "database_url": _urls.get(data)}


async def open_at(
    data: Path, *, limits: StoreLimits | None = None, on_lost: Callable[[StoreLost], None] | None = None
) -> Store:
    if data in _urls:
        return await PostgresStore.open(_urls[data], limits=limits)
    return await SqliteStore.open(data, limits=limits, on_lost=on_lost)
