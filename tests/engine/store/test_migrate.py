import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine

from engine.errors import SchemaTooNew
from engine.store import configuration
from engine.store.schema import metadata
from tests.engine.store.stores import add, either, names, opened


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
