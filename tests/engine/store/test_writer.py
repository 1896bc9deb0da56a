import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from engine.errors import Stopping, StoreBusy, StoreLost
from engine.store.limits import StoreLimits
from engine.store.schema import memberships
from engine.store.sqlite import SqliteStore
from tests.engine.store.stores import add, allow_pages, count, hold, names, opened, outcomes, trace

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def busy(store: SqliteStore) -> AsyncIterator[None]:
    """The writer's thread is inside an operation for as long as the block lasts."""
    started, end = threading.Event(), threading.Event()
    holding = asyncio.ensure_future(store.write(hold, started.set, end.wait))
    await asyncio.to_thread(started.wait)
    try:
        yield
    finally:
        end.set()
        await holding


async def test_fifty_writes_at_once_share_commits(tmp_path: Path) -> None:
    log: list[str] = []
    async with opened(tmp_path) as store:
        await store.write(trace, log)
        log.clear()
        await asyncio.gather(*[store.write(add, f"name-{n}") for n in range(50)])
        assert log.count("SAVEPOINT operation") == 50
        assert 1 <= log.count("COMMIT") < 50
        assert log.count("COMMIT") == log.count("BEGIN IMMEDIATE")
        assert await store.read(count) == 50


async def test_those_that_wait_while_a_commit_is_under_way_are_the_next_group(tmp_path: Path) -> None:
    log: list[str] = []
    async with opened(tmp_path, StoreLimits(group_seconds=60)) as store:
        await store.write(trace, log)
        log.clear()
        async with busy(store):
            waiting = [asyncio.ensure_future(store.write(add, f"name-{n}")) for n in range(100)]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        assert log.count("COMMIT") == 2
        # the one that held the thread and 63 of those that waited; then the rest
        assert log[: log.index("COMMIT")].count("SAVEPOINT operation") == 64


async def test_an_error_in_one_leaves_the_others_of_its_group(tmp_path: Path) -> None:
    log: list[str] = []
    async with opened(tmp_path) as store:
        await store.write(trace, log)
        log.clear()
        async with busy(store):
            calls = asyncio.ensure_future(outcomes(store, [("a", 0), ("b", 0), ("a", 0), ("c", 0)]))
            await asyncio.sleep(0.01)
        first, second, third, fourth = await calls
        assert (first, second, fourth) == ("a", "b", "c")
        assert isinstance(third, IntegrityError)
        assert await store.read(names) == {"a", "b", "c"}
    assert log.count("ROLLBACK TO operation") == 1


async def test_an_operation_that_raises_leaves_nothing_of_itself(tmp_path: Path) -> None:
    def half(connection: Connection) -> None:
        add(connection, "half")
        raise ValueError("no more")

    async with opened(tmp_path) as store:
        with pytest.raises(ValueError, match="no more"):
            await store.write(half)
        assert await store.read(count) == 0


async def test_a_full_database_in_mid_group_confirms_only_what_is_on_the_disk(tmp_path: Path) -> None:
    calls = [(f"name-{n}", 20_000 if n % 3 == 1 else 10) for n in range(40)]
    async with opened(tmp_path) as store:
        await store.write(allow_pages, 30)
        async with busy(store):
            pending = asyncio.ensure_future(outcomes(store, calls))
            await asyncio.sleep(0.01)
        results = await pending
    confirmed = {result for result in results if isinstance(result, str)}
    refused = [result for result in results if not isinstance(result, str)]
    assert len(confirmed) > 20 and len(refused) > 5
    assert all(isinstance(error, StoreBusy) and "disk is full" in str(error) for error in refused)
    async with opened(tmp_path) as store:
        assert await store.read(names) == confirmed


async def test_when_sqlite_takes_a_group_back_the_others_run_again_each_alone(tmp_path: Path) -> None:
    log: list[str] = []

    def rolled_back(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK")
        raise ValueError("as a full disk does it")

    async with opened(tmp_path) as store:
        await store.write(trace, log)
        log.clear()
        async with busy(store):
            before = [asyncio.ensure_future(store.write(add, name)) for name in ("a", "b")]
            culprit = asyncio.ensure_future(store.write(rolled_back))
            after = asyncio.ensure_future(store.write(add, "c"))
            await asyncio.sleep(0)
        assert [await write for write in before] == ["a", "b"]
        with pytest.raises(ValueError, match="as a full disk does it"):
            await culprit
        assert await after == "c"
        assert await store.read(names) == {"a", "b", "c"}
    # the one that held the thread, a, b; c is in the next group
    assert log.count("COMMIT") == 4


async def test_a_commit_that_fails_is_told_to_the_one_it_failed_for(tmp_path: Path) -> None:
    def dangling(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.execute(insert(memberships).values(room_id="none", user_id="none", joined_at=0))

    async with opened(tmp_path) as store:
        async with busy(store):
            first = asyncio.ensure_future(store.write(add, "a"))
            second = asyncio.ensure_future(store.write(dangling))
            third = asyncio.ensure_future(store.write(add, "b"))
            await asyncio.sleep(0)
        assert (await first, await third) == ("a", "b")
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            await second
        assert await store.read(names) == {"a", "b"}


async def test_a_write_sees_what_was_answered_before_and_a_read_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for n in range(10):
            await store.write(add, f"name-{n}")
            assert await store.read(count) == n + 1
            assert await store.write(count) == n + 1


async def test_a_full_queue_refuses_at_once_and_stores_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, StoreLimits(queue_operations=10)) as store:
        async with busy(store):
            waiting = [asyncio.ensure_future(store.write(add, f"name-{n}")) for n in range(10)]
            await asyncio.sleep(0)
            assert store.queue_load() == 1.0
            with pytest.raises(StoreBusy, match="Too much waits"):
                await store.write(add, "one-more")
        await asyncio.gather(*waiting)
        assert store.queue_load() == 0.0
        assert await store.read(names) == {f"name-{n}" for n in range(10)}


async def test_the_queue_is_bounded_in_bytes_and_lets_one_large_write_through(tmp_path: Path) -> None:
    async with opened(tmp_path, StoreLimits(queue_bytes=100_000)) as store:
        async with busy(store):
            large = asyncio.ensure_future(store.write(add, "n" * 150_000))
            await asyncio.sleep(0)
            with pytest.raises(StoreBusy, match="Too much waits"):
                await store.write(add, "small")
        assert len(await large) == 150_000


async def test_who_waits_too_long_is_refused_and_its_write_never_happens(tmp_path: Path) -> None:
    async with opened(tmp_path, StoreLimits(queue_seconds=1.0)) as store:
        async with busy(store):
            with pytest.raises(StoreBusy, match=r"no write for 1 s"):
                await store.write(add, "late")
        assert await store.write(add, "next") == "next"
        assert await store.read(names) == {"next"}


async def test_another_process_that_holds_the_database_makes_writes_busy_not_lost(tmp_path: Path) -> None:
    async with opened(tmp_path, StoreLimits(queue_seconds=1.0, busy_seconds=0.05)) as store:
        other = sqlite3.connect(tmp_path / "hookcell.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="no write"):
            await store.write(add, "a")
        other.execute("COMMIT")
        other.close()
        assert await store.write(add, "b") == "b"


async def test_a_disk_that_is_nearly_full_refuses_writes_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, StoreLimits(free_disk=2**60)) as store:
        for _ in range(2):
            with pytest.raises(StoreBusy, match="Free some space"):
                await store.write(add, "a")
        assert store.queue_load() == 1.0
        assert await store.read(count) == 0


async def test_a_waiter_that_is_cancelled_leaves_its_group_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        async with busy(store):
            waiting = [asyncio.ensure_future(store.write(add, f"name-{n}")) for n in range(3)]
            await asyncio.sleep(0)
            waiting[1].cancel()
        assert await waiting[0] == "name-0" and await waiting[2] == "name-2"
        assert await store.read(names) == {"name-0", "name-2"}


async def test_a_waiter_that_is_cancelled_while_its_write_runs_does_no_harm(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        started, end = threading.Event(), threading.Event()
        running = asyncio.ensure_future(store.write(hold, started.set, end.wait))
        await asyncio.to_thread(started.wait)
        running.cancel()
        end.set()
        assert await store.write(add, "next") == "next"


async def test_closing_writes_what_waits_and_refuses_what_comes(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path)
    async with busy(store):
        waiting = [asyncio.ensure_future(store.write(add, f"name-{n}")) for n in range(200)]
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(store.close())
        await asyncio.sleep(0.01)
        with pytest.raises(Stopping):
            await store.write(add, "late")
        with pytest.raises(Stopping):
            await store.read(count)
    await closing
    assert len(await asyncio.gather(*waiting)) == 200
    assert not (tmp_path / "hookcell.db-wal").exists()
    await store.close()
    async with opened(tmp_path) as store:
        assert await store.read(count) == 200


async def test_a_damaged_file_answers_everyone_and_tells_the_runtime_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for n in range(50):
            await store.write(add, f"name-{n}", 3_000)
        root = await store.read(root_page)
    with (tmp_path / "hookcell.db").open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)

    lost: list[StoreLost] = []
    async with opened(tmp_path, on_lost=lost.append) as store:
        results = await asyncio.gather(*[store.write(names_in_full) for _ in range(5)], return_exceptions=True)
        assert [type(result) for result in results] == [StoreLost] * 5
        with pytest.raises(StoreLost):
            await store.write(add, "after")
        with pytest.raises(StoreLost):
            await store.read(count)
    assert len(lost) == 1 and "malformed" in str(lost[0])


def root_page(connection: Connection) -> int:
    found: int = connection.exec_driver_sql(
        "SELECT rootpage FROM sqlite_master WHERE name = 'permissions'"
    ).scalar_one()
    return found


def names_in_full(connection: Connection) -> int:
    return len(connection.exec_driver_sql("SELECT * FROM permissions").fetchall())


async def test_a_store_function_that_lets_stop_iteration_out_is_answered(tmp_path: Path) -> None:
    def first_of_none(connection: Connection) -> str:
        return next(iter(names(connection)))

    async with opened(tmp_path) as store:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await store.write(first_of_none)
        with pytest.raises(RuntimeError, match="StopIteration"):
            await store.read(first_of_none)


async def test_what_need_not_be_on_the_disk_does_not_wait_for_it_and_what_needs_to_does(tmp_path: Path) -> None:
    log: list[str] = []
    async with opened(tmp_path) as store:
        await store.write(trace, log)
        log.clear()
        await store.write_soon(add, "soon")
        assert [line for line in log if line.startswith(("PRAGMA", "BEGIN", "COMMIT"))] == [
            "PRAGMA synchronous = NORMAL",
            "BEGIN IMMEDIATE",
            "COMMIT",
            "PRAGMA synchronous = FULL",
        ]
        log.clear()
        await store.write(add, "safe")
        assert not any("synchronous" in line for line in log)
        assert await store.read(names) == {"soon", "safe"}


async def test_what_needs_the_disk_is_never_in_a_group_that_does_not_wait_for_it(tmp_path: Path) -> None:
    log: list[str] = []
    async with opened(tmp_path) as store:
        await store.write(trace, log)
        async with busy(store):
            soon = [asyncio.ensure_future(store.write_soon(add, f"soon-{n}")) for n in range(3)]
            safe = asyncio.ensure_future(store.write(add, "safe"))
            await asyncio.sleep(0)
            log.clear()
        await asyncio.gather(*soon, safe)
        assert not any("synchronous" in line for line in log)
        assert await store.read(count) == 4
