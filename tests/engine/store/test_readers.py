import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from engine.errors import StoreBusy
from engine.store.limits import StoreLimits
from tests.engine.store.stores import add, count, hold, opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        with pytest.raises(OperationalError, match="readonly"):
            await store.read(add, "a")
        assert await store.read(count) == 0


async def test_a_read_sees_one_state_from_its_first_statement_to_its_end(tmp_path: Path) -> None:
    first, go_on = threading.Event(), threading.Event()

    def twice(connection: Connection) -> tuple[int, int]:
        before = count(connection)
        first.set()
        go_on.wait()
        return before, count(connection)

    async with opened(tmp_path) as store:
        reading = asyncio.ensure_future(store.read(twice))
        await asyncio.to_thread(first.wait)
        await store.write(add, "a")
        go_on.set()
        assert await reading == (0, 0)
        assert await store.read(count) == 1


async def test_a_read_that_takes_too_long_is_stopped_and_its_connection_goes_on(tmp_path: Path) -> None:
    def endless(connection: Connection) -> None:
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
        )

    async with opened(tmp_path, StoreLimits(readers=1, read_seconds=0.3)) as store:
        with pytest.raises(StoreBusy, match=r"longer than 0\.3 s"):
            await store.read(endless)
        assert await store.read(count) == 0


async def test_reads_wait_for_a_free_reader_and_no_longer_than_they_should(tmp_path: Path) -> None:
    limits = StoreLimits(readers=1, reads_waiting=1, reads_waiting_seconds=0.1)
    started, end = threading.Event(), threading.Event()
    async with opened(tmp_path, limits) as store:
        holding = asyncio.ensure_future(store.read(hold, started.set, end.wait))
        await asyncio.to_thread(started.wait)
        waiting = asyncio.ensure_future(store.read(count))
        await asyncio.sleep(0)
        with pytest.raises(StoreBusy, match="Too many reads"):
            await store.read(count)
        with pytest.raises(StoreBusy, match=r"within 0\.1 s"):
            await waiting
        end.set()
        await holding
        assert await store.read(count) == 0


async def test_a_reader_whose_waiter_was_cancelled_is_not_free_before_it_ends(tmp_path: Path) -> None:
    started, end = threading.Event(), threading.Event()
    async with opened(tmp_path, StoreLimits(readers=1, reads_waiting_seconds=1.0)) as store:
        holding = asyncio.ensure_future(store.read(hold, started.set, end.wait))
        await asyncio.to_thread(started.wait)
        holding.cancel()
        with pytest.raises(StoreBusy):
            await store.read(count)
        end.set()
        assert await store.read(count) == 0
