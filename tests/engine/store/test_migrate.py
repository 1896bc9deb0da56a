import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, insert, select

from engine.errors import SchemaTooNew
from engine.settings import Settings
from engine.store import configuration
from engine.store.database import open_store
from engine.store.schema import deliveries, events, metadata
from tests.engine.store.stores import add, either, names, opened
from tests.postgres import database

T = TypeVar("T")


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
    return list(compare_metadata(context, metadata))


def definitions(connection: Connection) -> dict[str, list[str]]:
    """What SQLite itself keeps of each table and index, which sees what Alembic does not compare."""
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"
    )
    # a column that came later stands on the line of the one before
    parts = {name: [part.strip() for line in sql.splitlines() for part in line.split(",")] for name, sql in rows}
    return {name: sorted(part for part in some if part) for name, some in parts.items()}


def test_a_migrated_database_is_the_one_in_schema_py(tmp_path: Path) -> None:
    async def migrated() -> tuple[list[object], dict[str, list[str]]]:
        async with opened(tmp_path) as store:
            return await store.read(differences), await store.read(definitions)

    found, migrated_definitions = asyncio.run(migrated())
    assert found == []
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        assert migrated_definitions == definitions(connection)
    engine.dispose()


@pytest.mark.usefixtures("dialect")
def test_a_second_start_keeps_everything_and_says_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def twice() -> set[str]:
        async with either(tmp_path) as store:
            await store.write(add, "a")
        async with either(tmp_path) as store:
            return await store.read(names)

    caplog.set_level(logging.INFO)
    assert asyncio.run(twice()) == {"a"}
    assert [record for record in caplog.records if record.name.startswith("alembic")] == []


def test_a_newer_schema_is_refused_with_what_to_do_and_left_alone(tmp_path: Path) -> None:
    async def start() -> None:
        async with opened(tmp_path):
            pass

    asyncio.run(start())
    file = tmp_path / "hookcell.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = file.read_bytes()
    with pytest.raises(SchemaTooNew, match=r"schema 9999, .* none later than .* restore a backup"):
        asyncio.run(start())
    assert file.read_bytes() == before


@pytest.mark.usefixtures("dialect")
def test_a_first_start_has_a_configuration_version_that_rises(tmp_path: Path) -> None:
    async def raised() -> tuple[int, int, int]:
        async with either(tmp_path) as store:
            before = await store.read(configuration.version)
            return before, await store.write(configuration.bump), await store.read(configuration.version)

    assert asyncio.run(raised()) == (1, 2, 2)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_an_older_version_left_is_there_and_waits_as_it_did(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deliveries of version 0004, which knew neither an order of first attempts nor an index of what is due later."""

    async def once(settings: Settings, function: Callable[[Connection], T]) -> T:
        store = await open_store(settings)
        try:
            return await store.write(function)
        finally:
            await store.close()

    def leave(connection: Connection) -> None:
        event = {"workspace": "w", "source": "s", "event": "sendMessage", "payload": {}, "chain": [], "created_at": 1}
        connection.execute(insert(events).values(id=1, source_id="1", **event))
        given = {"workspace": "w", "event_id": 1, "integration_id": "i", "revision": 1, "url": "u", "destination": "d"}
        given |= {"order_key": "o", "due": 1, "interruptions": 0, "lease": 0, "prepared": False, "size": 0}
        for id, state, attempts in (("new", "pending", 0), ("tried", "pending", 1), ("over", "finished", 2)):
            row = {**given, "id": id, "state": state, "attempts": attempts, "created_at": 1, "updated_at": 1}
            connection.execute(insert(deliveries).values(row))

    def found(connection: Connection) -> dict[str, bool]:
        return {row.id: row.waiting for row in connection.execute(select(deliveries.c.id, deliveries.c.waiting)).all()}

    with ExitStack() as stack:
        url = None if kind == "sqlite" else stack.enter_context(database(migrated=False))
        settings = Settings(data=tmp_path, database_url=url)
        with monkeypatch.context() as older:
            older.setattr(command, "upgrade", lambda config, _, upgrade=command.upgrade: upgrade(config, "0004"))
            asyncio.run(once(settings, leave))
        assert asyncio.run(once(settings, found)) == {"new": False, "tried": True, "over": False}
