"""How long deliveries take to reach a healthy receiver while another has 1,000 due and takes 2 s for each."""

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

DUE = 1_000
EVERY_SECONDS = 0.02

PROBE = Probe("rows.slow_receiver", "--seconds SECONDS")
ROWS = (
    Row(
        "a healthy receiver's p99 in ms while another has 1,000 due and takes 2 s each, above its p99 alone",
        (PROBE,),
        lambda one: float(one.lines[PROBE]["beside_ms"] - one.lines[PROBE]["alone_ms"]),
        shown="{:+.1f}",
        hold=100,
        aim=20,
        least=True,
        beside=lambda one: "alone {alone_ms:.1f} ms, beside it {beside_ms:.1f} ms".format_map(one.lines[PROBE]),
    ),
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


async def run(seconds: float) -> dict[str, Any]:
    healthy = Healthy()
    with tempfile.TemporaryDirectory() as folder, receivers(1) as (slow,):
        async with (
            engines.started(Path(folder)) as engine,
            await asyncio.start_server(healthy.accept, "127.0.0.1", 0) as server,
        ):
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            await engines.integrate(engine, url, triggerWords=["healthy"])
            await engines.integrate(engine, f"{slow}/slow", triggerWords=["slow"])
            await _p99_ms(engine, healthy, 0.5)
            alone = await _p99_ms(engine, healthy, seconds)
            await engines.say(engine, [f"slow {number}" for number in range(DUE)])
            beside = await _p99_ms(engine, healthy, seconds)
            states = await engine.store.read(engines.states)
            if states.get("pending", 0) < DUE / 2:
                raise SystemExit(f"the slow one is not behind: {states}")
            return {"alone_ms": alone, "beside_ms": beside}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3.0)
    emit(uvloop.run(run(parser.parse_args().seconds)))
