"""How long deliveries take to reach a healthy receiver beside slow ones, silent ones, and thousands that are due later."""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from engine.runtime import Engine
from tests.bench import engines
from tests.bench.answering import ANSWER, receivers
from tests.bench.measure import emit, percentile
from tests.bench.table import Probe, Row
from tests.engine.delivery.queues import put, tried

DUE = 1_000
SILENT, MESSAGES = 16, 20
WAITING = 10_000
EVERY_SECONDS = 0.02

SLOW = Probe("rows.slow_receiver", "--seconds SECONDS --beside slow")
NEVER = Probe("rows.slow_receiver", "--seconds SECONDS --beside silent")
LATER = Probe("rows.slow_receiver", "--seconds SECONDS --beside later")


def _row(what: str, probe: Probe) -> Row:
    return Row(
        f"a healthy receiver's p99 in ms {what}, above its p99 alone",
        (probe,),
        lambda one: float(one.lines[probe]["beside_ms"] - one.lines[probe]["alone_ms"]),
        shown="{:+.1f}",
        hold=100,
        aim=20,
        least=True,
        beside=lambda one: "alone {alone_ms:.1f} ms, beside it {beside_ms:.1f} ms".format_map(one.lines[probe]),
    )


ROWS = (
    _row(f"while another has {DUE:,} due and takes 2 s each", SLOW),
    _row(f"while {SILENT} of one author, with {MESSAGES} due each, never answer", NEVER),
    _row(f"while {WAITING:,} deliveries, each to a destination of its own, are due in an hour", LATER),
)


class Healthy:
    """Answers at once, and keeps when each text came."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).lower():
                length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
                self.came[json.loads(await reader.readexactly(length))["text"]] = time.perf_counter()
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def _p99_ms(engine: Engine, healthy: Healthy, seconds: float) -> float:
    """From the message to its delivery's arrival; one message every EVERY_SECONDS, whatever became of the last."""
    healthy.came.clear()
    said: dict[str, float] = {}
    speaking: list[asyncio.Task[None]] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        text = f"healthy {len(said)}"
        said[text] = time.perf_counter()
        speaking.append(asyncio.create_task(engines.say(engine, [text])))
        await asyncio.sleep(EVERY_SECONDS)
    await asyncio.gather(*speaking)
    async with asyncio.timeout(60):
        while len(healthy.came) < len(said):
            await asyncio.sleep(0.01)
    return percentile(sorted(healthy.came[text] - at for text, at in said.items()), 99) * 1000


async def _hindered(engine: Engine, beside: str, others: list[str]) -> None:
    match beside:
        case "slow":
            await engines.integrate(engine, f"{others[0]}/slow", triggerWords=["slow"])
            await engines.say(engine, [f"slow {number}" for number in range(DUE)])
        case "silent":
            await engines.integrate(engine, *(f"{other}/never" for other in others), triggerWords=["silent"])
            await engines.say(engine, [f"silent {number}" for number in range(MESSAGES)])
        case _:
            await engine.worker.drain(0)
            await engine.store.write(put, tuple(f"http://{number}.test:80" for number in range(WAITING)))
            await engine.store.write(tried, 3_600_000)
            await engine.worker.start()


async def run(seconds: float, beside: str) -> dict[str, Any]:
    healthy = Healthy()
    with tempfile.TemporaryDirectory() as folder, receivers(SILENT) as others:
        async with (
            engines.started(Path(folder)) as engine,
            await asyncio.start_server(healthy.accept, "127.0.0.1", 0) as server,
        ):
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            await engines.integrate(engine, url, triggerWords=["healthy"])
            await _p99_ms(engine, healthy, 0.5)
            alone = await _p99_ms(engine, healthy, seconds)
            await _hindered(engine, beside, others)
            with_them = await _p99_ms(engine, healthy, seconds)
            states = await engine.store.read(engines.states)
            if states.get("pending", 0) < SILENT * MESSAGES / 2:
                raise SystemExit(f"the others are not behind: {states}")
            # what is in flight to those that never answer is not waited for
            await engine.worker.drain(0)
            return {"alone_ms": alone, "beside_ms": with_them}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--beside", choices=["slow", "silent", "later"], default="slow")
    given = parser.parse_args()
    emit(uvloop.run(run(given.seconds, given.beside)))
