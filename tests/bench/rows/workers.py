"""Events accepted and deliveries sent a second on PostgreSQL, by one worker and by two, beside SQLite's; what a commit
costs on each."""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import Connection, update

from engine.runtime import Engine
from engine.settings import Settings
from engine.store import configuration
from engine.store.isolation import row_by_row
from engine.store.schema import deliveries
from tests.bench import engines
from tests.bench.answering import receivers
from tests.bench.measure import emit, ticked_seconds
from tests.bench.table import Probe, Round, Row
from tests.postgres import execute, named, postgres
from tests.processes import HOOKCELL, starting

# as many a second as are accepted in a round before any is sent
EVENTS_A_SECOND = 300
COMMITS = 100

SQLITE = Probe("rows.workers", "--seconds SECONDS --workers 0")
ONE = Probe("rows.workers", "--seconds SECONDS --workers 1")
TWO = Probe("rows.workers", "--seconds SECONDS --workers 2")


def _ratio(above: Probe, below: Probe, figure: str) -> Callable[[Round], float]:
    return lambda one: float(one.lines[above][figure] / one.lines[below][figure])


def _beside(told: str, figure: str) -> Callable[[Round], str]:
    return lambda one: told.format(*(one.lines[probe][figure] for probe in (ONE, TWO, SQLITE)))


ROWS = (
    Row(
        "deliveries/s on PostgreSQL, two workers against one",
        (ONE, TWO, SQLITE),
        _ratio(TWO, ONE, "delivered"),
        beside=_beside("one {:,.0f}/s, two {:,.0f}/s; SQLite's server {:,.0f}/s", "delivered"),
    ),
    Row(
        "processor time of a delivery in a worker on PostgreSQL against a server on SQLite",
        (ONE, TWO, SQLITE),
        _ratio(ONE, SQLITE, "delivery_us"),
        least=True,
        beside=_beside("{:,.0f} us and {:,.0f} us, SQLite {:,.0f} us", "delivery_us"),
    ),
    Row(
        "processor time of an accepted event in a server on PostgreSQL against SQLite",
        (ONE, TWO, SQLITE),
        _ratio(ONE, SQLITE, "event_us"),
        least=True,
        beside=_beside("{:,.0f} us and {:,.0f} us, SQLite {:,.0f} us", "event_us"),
    ),
    Row(
        "chat events accepted/s on PostgreSQL against SQLite",
        (ONE, TWO, SQLITE),
        _ratio(ONE, SQLITE, "accepted"),
        beside=_beside("{:,.0f}/s and {:,.0f}/s, SQLite {:,.0f}/s", "accepted"),
    ),
    Row(
        "a write that waits for its commit, alone, on PostgreSQL against SQLite",
        (ONE, TWO, SQLITE),
        _ratio(ONE, SQLITE, "commit_us"),
        least=True,
        beside=_beside("{:,.0f} us and {:,.0f} us, SQLite {:,.0f} us", "commit_us"),
    ),
)


def _set_state(connection: Connection, before: str, after: str) -> None:
    connection.execute(update(deliveries).where(deliveries.c.state == before).values(state=after))


@asynccontextmanager
async def _engine(folder: Path, url: str | None) -> AsyncIterator[Engine]:
    """One that works its deliveries itself on SQLite, and leaves them to others on PostgreSQL."""
    settings = Settings(data=folder, database_url=url, admin_pass=engines.ADMIN_PASS, egress_allow=("127.0.0.1",))
    engine = await Engine.start(settings, working=url is None)
    try:
        yield engine
    finally:
        await engine.stop()


async def _commit(engine: Engine) -> float:
    took = []
    for _ in range(COMMITS):
        began = time.perf_counter()
        await engine.store.write(row_by_row(configuration.bump))
        took.append(time.perf_counter() - began)
    return statistics.median(took)


async def _accepted(engine: Engine, number: int) -> tuple[float, float]:
    """A second, and seconds of CPU for each."""
    began, cpu = time.perf_counter(), time.process_time()
    await engines.say(engine, [f"hello number {one}" for one in range(number)])
    return number / (time.perf_counter() - began), (time.process_time() - cpu) / number


async def _delivered(engine: Engine, number: int, pids: list[int]) -> tuple[float, float]:
    """The same, by the processes `pids`."""
    began, cpu = time.perf_counter(), sum(map(ticked_seconds, pids))
    await engine.store.write(_set_state, "held", "pending")
    engine.store.tell()
    while (await engine.store.read(engines.states)).get("finished", 0) < number:
        await asyncio.sleep(0.05)
    return number / (time.perf_counter() - began), (sum(map(ticked_seconds, pids)) - cpu) / number


async def measured(folder: Path, url: str | None, workers: int, number: int) -> dict[str, float]:
    with ExitStack() as stack, receivers(4) as urls:
        async with _engine(folder / "server", url) as engine:
            commit = await _commit(engine)
            await engines.integrate(engine, *urls)
            await engine.worker.drain(0)
            accepted, event_cpu = await _accepted(engine, number)
            await engine.store.write(_set_state, "pending", "held")
            pids = [] if workers else [os.getpid()]
            for one in range(workers):
                (folder / str(one)).mkdir()
                process = stack.enter_context(
                    starting(folder / str(one) / "data", HOOKCELL, "worker", HOOKCELL_DATABASE_URL=url)
                )
                await asyncio.to_thread(process.wait_until_working)
                pids.append(process.process.pid)
            await engine.worker.start()
            delivered, delivery_cpu = await _delivered(engine, number * len(urls), pids)
            return {
                "accepted": accepted,
                "event_us": event_cpu * 1e6,
                "delivered": delivered,
                "delivery_us": delivery_cpu * 1e6,
                "commit_us": commit * 1e6,
            }


def run(seconds: float, workers: int) -> dict[str, Any]:
    number = max(50, int(seconds * EVENTS_A_SECOND))
    with tempfile.TemporaryDirectory() as folder:
        if not workers:
            return uvloop.run(measured(Path(folder), None, workers, number))
        with postgres(durable=True) as server:
            execute(server, "CREATE DATABASE hookcell")
            return uvloop.run(measured(Path(folder), named(server, "hookcell"), workers, number))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    emit(run(given.seconds, given.workers))
