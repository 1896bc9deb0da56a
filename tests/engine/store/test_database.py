import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from engine.errors import CannotStart, DataLocked
from engine.settings import Settings
from engine.store.database import open_store
from engine.store.limits import StoreLimits
from engine.store.schema import memberships
from tests.engine.store.stores import add, count, names, opened

# Confirms each write on its output as soon as it was answered, until it is killed.
WRITER = """
import asyncio, sys
from pathlib import Path
from tests.engine.store.stores import add, opened

async def client(store, k):
    for n in range(100_000):
        print(await store.write(add, f"{k}-{n}"), flush=True)

async def main():
    async with opened(Path(sys.argv[1])) as store:
        await asyncio.gather(*[client(store, k) for k in range(20)])

asyncio.run(main())
"""


def modes_in(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def test_only_its_owner_may_read_what_is_kept(tmp_path: Path) -> None:
    async def modes() -> dict[str, int]:
        async with opened(tmp_path) as store:
            await store.write(add, "a")
            await store.read(count)
            return modes_in(tmp_path)

    before = os.umask(0)
    try:
        found = asyncio.run(modes())
    finally:
        os.umask(before)
    assert found == dict.fromkeys(("hookcell.db", "hookcell.db-shm", "hookcell.db-wal", "hookcell.lock"), 0o600)


def test_after_kill_9_every_confirmed_write_is_there(tmp_path: Path) -> None:
    confirmed = set()
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith("\n"):
                confirmed.add(line.strip())
            if len(confirmed) == 500:
                process.kill()

    async def stored() -> set[str]:
        async with opened(tmp_path) as store:
            return await store.read(names)

    assert len(confirmed) >= 500
    assert confirmed <= asyncio.run(stored())


def test_the_file_is_set_up_for_durability_and_for_giving_pages_back(tmp_path: Path) -> None:
    def pragmas(connection: Connection) -> dict[str, object]:
        asked = ("journal_mode", "synchronous", "foreign_keys", "auto_vacuum")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked}

    def dangling(connection: Connection) -> None:
        connection.execute(insert(memberships).values(room_id="none", user_id="none", joined_at=0))

    async def run() -> None:
        store = await open_store(Settings(data=tmp_path / "data"))
        assert await store.write(pragmas) == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "auto_vacuum": 2,
        }
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            await store.write(dangling)
        await store.close()

    asyncio.run(run())


def clear(connection: Connection) -> None:
    connection.exec_driver_sql("DELETE FROM permissions")


def test_free_pages_are_given_back_at_the_end(tmp_path: Path) -> None:
    async def run() -> tuple[int, int]:
        file = tmp_path / "hookcell.db"
        async with opened(tmp_path) as store:
            for n in range(20):
                await store.write(add, f"name-{n}", 100_000)
        full = file.stat().st_size
        async with opened(tmp_path) as store:
            await store.write(clear)
        return full, file.stat().st_size

    full, cleared = asyncio.run(run())
    assert full > 2_000_000 > 400_000 > cleared


def test_free_pages_are_given_back_while_the_store_runs(tmp_path: Path) -> None:
    def free_pages(connection: Connection) -> int:
        found: int = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
        return found

    async def run() -> None:
        async with opened(tmp_path, StoreLimits(tidy_every_seconds=0.02)) as store:
            await store.write(add, "a", 1_000_000)
            await store.write(clear)
            for _ in range(500):
                if await store.read(free_pages) == 0:
                    break
                await asyncio.sleep(0.02)
            else:
                pytest.fail("the pages were kept")

    asyncio.run(run())


def test_a_second_store_on_the_same_data_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    async def run() -> None:
        settings = Settings(data=tmp_path)
        store = await open_store(settings)
        with pytest.raises(DataLocked):
            await open_store(settings)
        await store.write(add, "a")
        await store.close()
        await store.close()
        again = await open_store(settings)
        assert await again.read(count) == 1
        await again.close()

    asyncio.run(run())


def test_a_damaged_file_is_named_at_the_start_and_the_folder_is_let_go(tmp_path: Path) -> None:
    file = tmp_path / "hookcell.db"
    file.write_bytes(b"garbage" * 1_000)
    with pytest.raises(CannotStart, match=r"hookcell\.db cannot be opened .* put a backup in its place"):
        asyncio.run(open_store(Settings(data=tmp_path)))
    file.unlink()

    async def run() -> None:
        store = await open_store(Settings(data=tmp_path))
        await store.close()

    asyncio.run(run())


def test_a_database_of_another_kind_is_refused_by_the_setting_and_without_its_password(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database_url="mysql://user:hidden@host/name")
    with pytest.raises(CannotStart, match="HOOKCELL_DATABASE_URL: .* 'mysql' database") as refusal:
        asyncio.run(open_store(settings))
    assert "hidden" not in str(refusal.value)
