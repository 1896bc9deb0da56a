"""Deliveries a second, from the claim to the stored end with both hooks, beside bare httpx2 to the same receiver."""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx2
import uvloop

from engine.http import MAX_REQUESTS_A_DESTINATION
from engine.runtime import Engine
from tests.bench import engines
from tests.bench.answering import receiver
from tests.bench.measure import cpu_seconds, emit
from tests.bench.table import Probe, Row

SCRIPT = """
def prepare_outgoing_request(request):
    request["headers"]["X-Team"] = "core"
    request["data"] = {"text": request["data"]["text"], "by": request["data"]["user_name"]}
    return request

def process_outgoing_response(request, response):
    if not response["content"]["ok"]:
        return "it did not work"
"""
BODY = {"text": "hello number 1", "by": "admin"}
SLICES = 3

PROBE = Probe("rows.deliveries", "--seconds SECONDS")
ROWS = (
    Row(
        "deliveries/s with both hooks against bare httpx2, all cores",
        (PROBE,),
        lambda one: float(one.lines[PROBE]["delivered"] / one.lines[PROBE]["bare"]),
        hold=0.5,
        aim=0.8,
        beside=lambda one: (
            "{delivered:,.0f}/s, bare {bare:,.0f}/s; {cpu_us:,.0f} us CPU each, bare {bare_us:,.0f} us".format_map(
                one.lines[PROBE]
            )
        ),
    ),
)


async def bare(url: str, number: int) -> tuple[float, float]:
    """A second, and seconds of CPU for each."""
    left = number

    async def sender(client: httpx2.AsyncClient) -> None:
        nonlocal left
        while left > 0:
            left -= 1
            answer = await client.post(url, json=BODY)
            if answer.json() != {"ok": True}:
                raise SystemExit(answer.text)

    async with httpx2.AsyncClient(trust_env=False) as client:
        began, cpu = time.perf_counter(), cpu_seconds()
        await asyncio.gather(*(sender(client) for _ in range(MAX_REQUESTS_A_DESTINATION)))
        return number / (time.perf_counter() - began), (cpu_seconds() - cpu) / number


async def delivered(engine: Engine, number: int) -> tuple[float, float]:
    """The same of deliveries that wait when the time begins."""
    await engine.worker.drain(0)
    await engines.say(engine, [f"hello number {one}" for one in range(number)])
    began, cpu = time.perf_counter(), cpu_seconds()
    await engine.worker.start()
    await engines.idle(engine)
    return number / (time.perf_counter() - began), (cpu_seconds() - cpu) / number


async def run(seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, receiver() as url:
        async with engines.started(Path(folder)) as engine:
            await engines.integrate(engine, url, script=SCRIPT)
            rate, _ = await bare(url, 200)
            await delivered(engine, 200)
            number = max(100, int(rate * seconds / SLICES / 2))
            ours, floor = [], []
            for _ in range(SLICES):
                floor.append(await bare(url, number))
                ours.append(await delivered(engine, number))
            states = await engine.store.read(engines.states)
            if states.keys() != {"finished"}:
                raise SystemExit(f"not all was delivered: {states}")
            return {
                "delivered": sum(rate for rate, _ in ours) / SLICES,
                "bare": sum(rate for rate, _ in floor) / SLICES,
                "cpu_us": sum(cpu for _, cpu in ours) / SLICES * 1e6,
                "bare_us": sum(cpu for _, cpu in floor) / SLICES * 1e6,
            }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3.0)
    emit(uvloop.run(run(parser.parse_args().seconds)))
