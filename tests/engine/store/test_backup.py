import asyncio
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from engine.errors import BackupFailed
from engine.store.backup import backup
from tests.engine.store.stores import add, opened

# As the command does it: another process than the one that writes.
OTHER_PROCESS = """
import sys
from pathlib import Path
from engine.store.backup import backup
backup(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def names_in(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("SELECT id FROM permissions")}


def test_a_backup_by_another_process_has_what_was_answered_while_writing_goes_on(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"

    async def written_meanwhile() -> tuple[set[str], set[str]]:
        async with opened(tmp_path / "data") as store:
            before = {await store.write(add, f"before-{n}", 2_000) for n in range(50)}
            command = [sys.executable, "-c", OTHER_PROCESS, str(tmp_path / "data" / "hookcell.db"), str(target)]
            process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
            ended = asyncio.ensure_future(process.communicate())
            during: set[str] = set()
            while not ended.done():
                during.add(await store.write(add, f"during-{len(during)}", 2_000))
            assert (process.returncode, (await ended)[1]) == (0, b"")
            return before, during

    before, during = asyncio.run(written_meanwhile())
    copied = names_in(target)
    assert during
    assert before <= copied <= before | during
    assert {path.name for path in tmp_path.iterdir()} == {"data", "copy.db"}


def test_a_running_store_backs_itself_up_and_the_copy_starts(tmp_path: Path) -> None:
    async def copied() -> None:
        async with opened(tmp_path / "data") as store:
            await store.write(add, "a")
            (tmp_path / "other").mkdir()
            await store.backup(tmp_path / "other" / "hookcell.db")
        async with opened(tmp_path / "other") as store:
            await store.write(add, "b")

    asyncio.run(copied())
    assert names_in(tmp_path / "other" / "hookcell.db") == {"a", "b"}
    assert names_in(tmp_path / "data" / "hookcell.db") == {"a"}


def test_a_backup_after_kill_9_has_what_is_only_in_the_log(tmp_path: Path) -> None:
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA journal_mode = WAL'); c.execute('CREATE TABLE permissions (id)');"
        "c.execute('INSERT INTO permissions VALUES (\\'a\\')'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "hookcell.db")], check=False)
    assert (tmp_path / "hookcell.db-wal").stat().st_size > 0
    backup(tmp_path / "hookcell.db", tmp_path / "copy.db")
    assert names_in(tmp_path / "copy.db") == {"a"}


def test_a_backup_is_for_its_owner_only_and_overwrites_nothing(tmp_path: Path) -> None:
    source, target = tmp_path / "hookcell.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("CREATE TABLE permissions (id)")
    backup(source, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    target.write_bytes(b"mine")
    with pytest.raises(BackupFailed, match="exists already"):
        backup(source, target)
    assert target.read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("none.db", "copy.db", "There is no database"),
        ("garbage.db", "copy.db", "not a database"),
        ("hookcell.db", "nowhere/copy.db", "No such file or directory"),
    ],
)
def test_a_backup_that_fails_says_why_and_leaves_nothing(
    tmp_path: Path, source: str, target: str, message: str
) -> None:
    (tmp_path / "garbage.db").write_bytes(b"garbage" * 1_000)
    with closing(sqlite3.connect(tmp_path / "hookcell.db")) as connection:
        connection.execute("CREATE TABLE permissions (id)")
    with pytest.raises(BackupFailed, match=message):
        backup(tmp_path / source, tmp_path / target)
    assert {path.name for path in tmp_path.iterdir()} == {"garbage.db", "hookcell.db"}


def test_a_copy_that_is_not_sound_is_thrown_away(tmp_path: Path) -> None:
    source = tmp_path / "hookcell.db"
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("CREATE TABLE permissions (id)")
        connection.executemany("INSERT INTO permissions VALUES (?)", [("x" * 3_000,) for _ in range(20)])
        connection.commit()
    pages = bytearray(source.read_bytes())
    pages[4096 * 5 : 4096 * 6] = b"\xff" * 4096
    source.write_bytes(pages)
    with pytest.raises(BackupFailed, match="not sound"):
        backup(source, tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir()] == ["hookcell.db"]
