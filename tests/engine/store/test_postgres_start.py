"""Starting on a PostgreSQL database: alone, several at once, after a death in the middle, and on one that is newer."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from engine.errors import CannotStart, SchemaTooNew
from engine.store.limits import StoreLimits
from engine.store.postgres import PostgresStore
from engine.store.postgres_start import prepare
from engine.store.schema import metadata
from tests.postgres import database, execute, named, shared_server
from tests.processes import wait_for
from tests.proxies import proxy

LIMITS = StoreLimits()

# Stops for ever inside a revision, its tables made and not committed.
STUCK = """
import sys, time
from alembic import op
from engine.store.limits import StoreLimits
from engine.store.postgres_start import prepare

create = op.create_table
def stuck(name, *columns):
    made = create(name, *columns)
    if name == "hook_keys":
        print("inside", flush=True)
        time.sleep(600)
    return made
op.create_table = stuck
prepare(sys.argv[1], StoreLimits())
"""


@pytest.fixture
def empty() -> Iterator[str]:
    with database(migrated=False) as url:
        yield url


def connected(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"))


def catalogue(connection: Connection) -> set[tuple[object, ...]]:
    """Columns and indexes as PostgreSQL has them, which sees what Alembic does not compare."""
    columns = (
        "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name "
        "FROM information_schema.columns WHERE table_schema = 'public' AND table_name != 'alembic_version'"
    )
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename != 'alembic_version'"
    keys = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace AND contype != 'n' AND conrelid::regclass::text != 'alembic_version'"
    )
    return {tuple(row) for statement in (columns, indexes, keys) for row in connection.execute(text(statement))}


def revision(url: str) -> str | None:
    engine = connected(url)
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return found


def test_a_migrated_database_is_the_one_in_schema_py(empty: str) -> None:
    prepare(empty, LIMITS)
    engine = connected(empty)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        migrated = catalogue(connection)
    engine.dispose()
    with database(migrated=False) as other:
        engine = connected(other)
        with engine.begin() as connection:
            metadata.create_all(connection)
            assert catalogue(connection) == migrated
        engine.dispose()


def test_four_that_start_at_once_on_an_empty_database_find_it_migrated_once(empty: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: prepare(empty, LIMITS), range(4)))
    engine = connected(empty)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM configuration")).scalar_one() == 1
    engine.dispose()


def test_a_kill_inside_a_revision_leaves_the_one_before_and_the_next_start_goes_on(empty: str) -> None:
    with subprocess.Popen([sys.executable, "-c", STUCK, empty], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        assert revision(empty) == "0002"
        process.send_signal(signal.SIGKILL)
    prepare(empty, LIMITS)
    with database() as whole:
        assert revision(empty) == revision(whole)


def test_a_start_waits_for_another_that_migrates(empty: str) -> None:
    with subprocess.Popen([sys.executable, "-c", STUCK, empty], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(prepare, empty, LIMITS)
            engine = connected(empty)
            waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")

            def waits_for_the_lock() -> bool:
                with engine.connect() as connection:
                    return bool(connection.execute(waits).scalar_one())

            wait_for(waits_for_the_lock)
            assert not waiting.done()
            process.kill()
            waiting.result(30)
            engine.dispose()


def test_a_newer_schema_is_refused_with_what_to_do_and_left_alone() -> None:
    with database() as url:
        execute(url, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(SchemaTooNew, match=r"schema 9999, .* none later than .* restore a backup"):
            prepare(url, LIMITS)
        assert revision(url) == "9999"


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_keeps_text_otherwise_is_refused(encoding: str) -> None:
    server, name = shared_server(), f"kept_{encoding.lower()}"
    execute(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    with pytest.raises(CannotStart, match=f"{encoding}.*--encoding=UTF8"):
        prepare(named(server, name), LIMITS)


def test_a_user_who_may_make_no_tables_is_told_so(empty: str) -> None:
    execute(empty, "CREATE ROLE visitor LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    try:
        with pytest.raises(CannotStart, match=r"cannot be used: permission denied for schema public.*make tables"):
            prepare(empty.replace("//postgres:@", "//visitor@").replace("//postgres@", "//visitor@"), LIMITS)
    finally:
        execute(empty, "DROP ROLE visitor")


def test_a_pooler_that_is_down_is_told_of(empty: str) -> None:
    with pytest.raises(CannotStart, match=r"^The database of HOOKCELL_DATABASE_URL cannot be used: .*refused"):
        prepare(empty, LIMITS, pooler="postgresql://nobody@127.0.0.1:1/none")


def test_a_server_behind_a_pooler_that_is_down_is_told_of(empty: str) -> None:
    with pytest.raises(CannotStart, match=r"^The database of HOOKCELL_DATABASE_LISTEN_URL cannot be used: .*refused"):
        prepare("postgresql://nobody@127.0.0.1:1/none", LIMITS, pooler=empty)


def test_two_addresses_of_different_databases_are_refused_before_anything_is_made(empty: str) -> None:
    with database() as other, pytest.raises(CannotStart, match=r"_URL and HOOKCELL_DATABASE_LISTEN_URL lead to diff"):
        prepare(empty, LIMITS, pooler=other)
    assert revision(empty) is None
    with proxy(empty) as pooler:
        prepare(empty, LIMITS, pooler=pooler.url)


async def _ask(url: str) -> int:
    store = await PostgresStore.open(url)
    try:
        return await store.read(lambda connection: int(connection.execute(text("SELECT 1")).scalar_one()))
    finally:
        await store.close()


def test_of_several_hosts_the_one_that_takes_writes_is_used(empty: str) -> None:
    with proxy(empty) as way:
        port = way.url.partition("127.0.0.1:")[2].partition("/")[0]
        several = way.url.replace(f"127.0.0.1:{port}", f"127.0.0.1:1,127.0.0.1:{port}")
        assert asyncio.run(_ask(f"{several}&target_session_attrs=read-write")) == 1


def test_a_start_that_is_to_find_our_tables_makes_none(empty: str) -> None:
    with pytest.raises(CannotStart, match="no tables of hookcell"):
        prepare(empty, LIMITS, must_exist=True)
    engine = connected(empty)
    with engine.connect() as connection:
        assert catalogue(connection) == set()
    engine.dispose()
    prepare(empty, LIMITS)
    prepare(empty, LIMITS, must_exist=True)
