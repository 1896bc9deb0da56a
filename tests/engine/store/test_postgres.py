"""What only a database that several processes use has to stand."""

import asyncio
import os
import resource
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text, update
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from engine.errors import BackupFailed, CannotStart, StoreAway, StoreBusy
from engine.settings import Settings
from engine.store import configuration
from engine.store.database import open_store
from engine.store.isolation import row_by_row
from engine.store.limits import StoreLimits
from engine.store.notices import Notices
from engine.store.postgres import PostgresStore
from engine.store.schema import permissions
from tests.engine.store.stores import add, count, names
from tests.postgres import database
from tests.proxies import proxy

pytestmark = pytest.mark.anyio

QUICK = StoreLimits(
    read_seconds=0.5, transaction_seconds=2.0, queue_seconds=1.0, statement_seconds=1.0, lock_seconds=0.5
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def url() -> Iterator[str]:
    with database() as found:
        yield found


@asynccontextmanager
async def opened(url: str, limits: StoreLimits | None = None) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(url, limits=limits)
    try:
        yield store
    finally:
        await store.close()


async def until(true: Callable[[], object], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


def size(connection: Connection) -> int:
    return len(names(connection))


def add_another(connection: Connection) -> int:
    """One more than there are, by their number: right only for who is alone."""
    number = size(connection)
    add(connection, f"n{number}")
    return number


async def test_writes_that_count_first_are_as_if_each_were_alone(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        numbers = await asyncio.gather(*[store.write(add_another) for store in (one, other) * 10])
        assert sorted(numbers) == list(range(20))


async def test_row_by_row_a_row_is_waited_for(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        before = await one.read(configuration.version)
        raised = await asyncio.gather(*[store.write(row_by_row(configuration.bump)) for store in (one, other) * 10])
        assert sorted(raised) == list(range(before + 1, before + 21))


async def test_what_breaks_a_constraint_for_good_is_told_to_its_caller(url: str) -> None:
    async with opened(url) as store:
        await store.write(add, "a")
        with pytest.raises(DBAPIError, match="permissions"):
            await store.write(add, "a")
        assert await store.read(count) == 1


async def test_a_read_sees_one_state_and_writes_nothing(url: str) -> None:
    seen: list[int] = []
    started, written = threading.Event(), threading.Event()

    def twice(connection: Connection) -> None:
        seen.append(count(connection))
        started.set()
        written.wait(5)
        seen.append(count(connection))

    async with opened(url) as store:
        reading = asyncio.create_task(store.read(twice))
        await asyncio.to_thread(started.wait, 5)
        await store.write(add, "a")
        written.set()
        await reading
        assert seen == [0, 0]
        with pytest.raises(DBAPIError, match="read-only"):
            await store.read(add, "b")


async def test_what_takes_too_long_is_ended_and_the_next_is_served(url: str) -> None:
    def sleep(connection: Connection) -> None:
        connection.execute(text("SELECT pg_sleep(30)"))

    async with opened(url, QUICK) as store:
        for call in (store.read, store.write):
            with pytest.raises(StoreBusy, match="took too long"):
                await call(sleep)
        assert await store.write(add, "a") == "a"


async def test_a_row_that_another_holds_is_waited_for_no_longer_than_it_may(url: str) -> None:
    holding, done = threading.Event(), threading.Event()

    def change(connection: Connection, hold: bool) -> None:
        connection.execute(update(permissions).values(updated_at=permissions.c.updated_at + 1))
        if hold:
            holding.set()
            done.wait(5)

    # whoever holds it has the time to
    async with opened(url, replace(QUICK, transaction_seconds=20)) as store:
        await store.write(add, "a")
        held = asyncio.create_task(store.write(row_by_row(change), True))
        await asyncio.to_thread(holding.wait, 5)
        with pytest.raises(StoreBusy):
            await store.write(row_by_row(change), False)
        done.set()
        await held


async def test_more_than_may_wait_is_refused(url: str) -> None:
    limits = StoreLimits(writers=1, queue_operations=1)
    entered, done = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        entered.set()
        done.wait(5)

    async with opened(url, limits) as store:
        first = asyncio.create_task(store.write(hold))
        await asyncio.to_thread(entered.wait, 5)
        second = asyncio.create_task(store.write(add, "a"))
        await asyncio.sleep(0)
        assert store.queue_load() == 1.0
        with pytest.raises(StoreBusy, match="Too many writes wait"):
            await store.write(add, "b")
        done.set()
        await asyncio.gather(first, second)
        assert store.queue_load() == 0.0


async def test_a_database_that_went_away_is_found_again(url: str) -> None:
    with proxy(url) as way:
        async with opened(way.url) as store:
            await asyncio.gather(*[store.write(add, f"{n}") for n in range(20)])
            # a short break that the pool's connections did not survive is nobody's failure
            way.cut()
            await store.write(add, "after a break")
            way.way = "refusing"
            way.cut()
            with pytest.raises(StoreAway, match="away"):
                await store.write(add, "while away")
            with pytest.raises(StoreAway):
                await store.read(count)
            way.way = "open"
            assert await store.read(count) == 21


async def test_a_way_that_swallows_everything_is_given_up(url: str) -> None:
    with proxy(url) as way:
        async with opened(way.url, QUICK) as store:
            await store.write(add, "a")
            way.way = "swallowing"
            with pytest.raises(StoreAway):
                await store.write(add, "swallowed")
            way.way = "open"
            way.cut()
            await store.write(add, "b")
            assert await store.read(names) == {"a", "b"}


async def test_a_commit_whose_answer_is_lost_says_that_nothing_is_known(url: str) -> None:
    with proxy(url) as way:
        async with opened(way.url, QUICK) as store:
            await store.write(add, "a")

            def then_cut(connection: Connection) -> None:
                add(connection, "b")
                way.way = "swallowing"

            with pytest.raises(StoreAway, match="not known"):
                await store.write(then_cut)


async def test_a_process_that_stops_inside_a_transaction_lets_go_of_its_rows(url: str) -> None:
    stopped, gone = threading.Event(), threading.Event()
    limits = StoreLimits(idle_seconds=1.0)

    def touch(connection: Connection) -> None:
        connection.execute(update(permissions).values(updated_at=permissions.c.updated_at + 1))

    def stop(connection: Connection) -> None:
        touch(connection)
        stopped.set()
        gone.wait(10)

    async with opened(url, limits) as one, opened(url, StoreLimits(lock_seconds=5)) as other:
        await one.write(add, "a")
        stopping = asyncio.create_task(one.write(row_by_row(stop)))
        await asyncio.to_thread(stopped.wait, 5)
        await other.write(row_by_row(touch))
        gone.set()
        # found out, and done again on another connection
        await stopping


async def test_text_with_nul_is_stored_all_the_same(url: str) -> None:
    async with opened(url) as store:
        await store.write(add, "a\0b")
        assert await store.read(names) == {"a\ufffdb"}


async def test_text_is_sorted_by_its_bytes_whatever_the_database_speaks(url: str) -> None:
    def collations(connection: Connection) -> set[str | None]:
        columns = text(
            "SELECT collation_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN "
            "('text', 'character varying') AND table_name != 'alembic_version'"
        )
        return set(connection.execute(columns).scalars())

    async with opened(url) as store:
        assert await store.read(collations) == {"C"}


async def test_processes_tell_each_other_and_only_where_notifications_come_through(url: str) -> None:
    told: list[str] = []
    with proxy(url, notifications=False) as pooler:
        one = await PostgresStore.open(pooler.url, direct_url=url)
        other = await PostgresStore.open(pooler.url, direct_url=url)
        deaf = await PostgresStore.open(pooler.url)
        try:
            for store, name in ((one, "one"), (other, "other"), (deaf, "deaf")):
                store.listen(partial(told.append, name))
            # each looks once when it begins to listen
            await until(lambda: set(told) == {"one", "other", "deaf"})
            told.clear()
            for _ in range(100):
                one.tell()
            await until(lambda: "other" in told)
            assert set(told) == {"other"}
        finally:
            for store in (one, other, deaf):
                await store.close()


async def test_what_was_committed_while_nobody_could_be_told_is_told_as_soon_as_they_can(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.notices.AGAIN_SECONDS", 0.02)
    told: list[None] = []
    with proxy(url) as way:
        one, other = await PostgresStore.open(way.url), await PostgresStore.open(url)
        try:
            began: list[None] = []
            one.listen(lambda: began.append(None))
            other.listen(lambda: told.append(None))
            await until(lambda: began and told)
            way.way = "refusing"
            way.cut()
            await asyncio.sleep(0.1)
            told.clear()
            one.tell()
            way.way = "open"
            # far less than the time after which a silent connection is asked
            await until(lambda: told, 5)
        finally:
            for store in (one, other):
                await store.close()


async def test_a_process_with_many_files_open_is_told_all_the_same(url: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2048), hard))
    told: list[None] = []
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        async with opened(url) as one, opened(url) as other:
            one.listen(lambda: None)
            other.listen(lambda: told.append(None))
            await until(lambda: told)
            told.clear()
            one.tell()
            await until(lambda: told)
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_an_unforeseen_error_ends_no_notices(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.store.notices.AGAIN_SECONDS", 0.02)
    serve, faults = Notices._serve, [ValueError("a defect")]

    def failing_once(self: Notices, connection: Any) -> None:
        if faults:
            raise faults.pop()
        serve(self, connection)

    monkeypatch.setattr(Notices, "_serve", failing_once)
    told: list[None] = []
    with capture_logs() as logs:
        async with opened(url) as one, opened(url) as other:
            other.listen(lambda: told.append(None))
            # as often as it begins to listen
            await until(lambda: len(told) == 2)
            one.listen(lambda: None)
            one.tell()
            await until(lambda: len(told) == 3)
    assert [log["event"] for log in logs] == ["what is due was not told, in a way that should not be"]


async def test_whoever_cannot_listen_any_more_listens_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.store.notices.AGAIN_SECONDS", 0.02)
    told: list[None] = []
    with proxy(url) as way, capture_logs() as logs:
        store = await PostgresStore.open(way.url)
        try:
            store.listen(lambda: told.append(None))
            await until(lambda: told)
            way.cut()
            await until(lambda: len(told) > 1)
        finally:
            await store.close()
    assert [log["event"] for log in logs] == ["nobody is told what is due until the database is back"]


async def test_a_backup_is_left_to_the_databases_own_program(url: str, tmp_path: Path) -> None:
    async with opened(url) as store:
        with pytest.raises(BackupFailed, match="pg_dump"):
            await store.backup(tmp_path / "copy")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "cannot be used: .*refused"),
        ("postgresql://user:hidden@host:port/name", "no address of a database"),
        ("postgres:", "no address of a database"),
        ("postgresql://u:hidden@/name?host=a:5432&host=b:5432", "names hosts as host=.*one:5432,other:5432"),
        ("postgresql://u:hidden@h/name?sslmode=disable&no_such=1", "no address of a database"),
    ],
)
async def test_a_database_that_cannot_be_had_ends_the_start_with_what_to_do(given: str, said: str) -> None:
    with pytest.raises(CannotStart, match=said) as refusal:
        await open_store(Settings(database_url=given))
    assert "hidden" not in str(refusal.value)
