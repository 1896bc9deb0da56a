"""What a server costs that has nothing to do: processor time a minute, its cells with it, beside all that it keeps."""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.model.integrations import OutgoingIntegration
from engine.runtime import Engine
from engine.store.integrations import get_integration, insert_integration
from tests.bench import engines
from tests.bench.answering import receivers
from tests.bench.measure import emit, ticked_seconds
from tests.bench.table import Probe, Row
from tests.processes import serving

INTEGRATIONS, DELIVERIES = 10_000, 1_000
PAGE = 500
SETTLE_SECONDS = 3.0

PROBE = Probe("rows.idle", "--seconds SECONDS")
ROWS = (
    Row(
        f"CPU s a minute of an idle server with {INTEGRATIONS:,} integrations and {DELIVERIES:,} ended deliveries",
        (PROBE,),
        lambda one: float(one.lines[PROBE]["cpu_a_minute"]),
        least=True,
    ),
)


def _insert(connection: Connection, like: OutgoingIntegration, numbers: range) -> None:
    for number in numbers:
        insert_integration(
            connection, like.model_copy(update={"id": f"idle-{number}", "channel": (f"#room-{number}",)}), None, 0
        )


async def furnish(folder: Path, url: str) -> None:
    async with engines.started(folder) as engine:
        await _furnish(engine, url)


async def _furnish(engine: Engine, url: str) -> None:
    saved = await engine.store.read(get_integration, await engines.integrate(engine, url))
    assert saved is not None and isinstance(saved.integration, OutgoingIntegration)
    for start in range(1, INTEGRATIONS, PAGE):
        await engine.store.write(_insert, saved.integration, range(start, min(start + PAGE, INTEGRATIONS)))
    await engines.say(engine, [f"hello number {number}" for number in range(DELIVERIES)])
    await engines.idle(engine)
    states = await engine.store.read(engines.states)
    if states != {"finished": DELIVERIES}:
        raise SystemExit(f"not all was delivered: {states}")


def run(seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, receivers(1) as (url,):
        data = Path(folder) / "data"
        asyncio.run(furnish(data, url))
        with serving(data) as server:
            time.sleep(SETTLE_SECONDS)
            began, before = time.perf_counter(), ticked_seconds(server.process.pid)
            # the clock of a process ticks a hundred times a second
            time.sleep(max(seconds, 10))
            used = ticked_seconds(server.process.pid) - before
            return {"cpu_a_minute": used / (time.perf_counter() - began) * 60}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    emit(run(parser.parse_args().seconds))
