"""Deliveries a second, from the claim to the stored end with both hooks, beside bare httpx2 to the same receiver."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import uvloop

from engine.http import MAX_REQUESTS_A_DESTINATION
from engine.runtime import Engine
from tests.bench import engines
from tests.bench.answering import receivers
from tests.bench.measure import cpu_seconds, emit
from tests.bench.table import Probe, Round, Row

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

FOUR = Probe("rows.deliveries", "--seconds SECONDS --receivers 4")
ONE = Probe("rows.deliveries", "--seconds SECONDS --receivers 1")


def _ratio(probe: Probe) -> Callable[[Round], float]:
    return lambda one: float(one.lines[probe]["delivered"] / one.lines[probe]["bare"])


def _rates(probe: Probe) -> Callable[[Round], str]:
    told = "{delivered:,.0f}/s, bare {bare:,.0f}/s; {cpu_us:,.0f} us CPU each, bare {bare_us:,.0f} us"
    return lambda one: told.format_map(one.lines[probe])


ROWS = (
    Row(
        "deliveries/s with both hooks against bare httpx2, four receivers, 8 in flight to each, all cores",
        (FOUR,),
        _ratio(FOUR),
        hold=0.5,
        aim=0.8,
        beside=_rates(FOUR),
    ),
    # each of 8 places waits for the disk once a delivery
    Row("the same, one receiver", (ONE,), _ratio(ONE), beside=_rates(ONE)),
)


async def bare(urls: list[str], number: int) -> tuple[float, float]:
    """A second, and seconds of CPU for each."""
    left = number

    async def sender(client: httpx2.AsyncClient, url: str) -> None:
        nonlocal left
        while left > 0:
            left -= 1
            answer = await client.post(url, json=BODY)
            if answer.json() != {"ok": True}:
                raise SystemExit(answer.text)

    async with httpx2.AsyncClient(trust_env=False) as client:
        began, cpu = time.perf_counter(), cpu_seconds()
        await asyncio.gather(*(sender(client, url) for url in urls for _ in range(MAX_REQUESTS_A_DESTINATION)))
        return number / (time.perf_counter() - began), (cpu_seconds() - cpu) / number


async def delivered(engine: Engine, urls: list[str], number: int) -> tuple[float, float]:
    """The same of deliveries that wait when the time begins; each message is heard by the integration of one url."""
    await engine.worker.drain(0)
    await engines.say(engine, [f"!{one % len(urls)} hello number {one}" for one in range(number)])
    began, cpu = time.perf_counter(), cpu_seconds()
    await engine.worker.start()
    await engines.idle(engine)
    return number / (time.perf_counter() - began), (cpu_seconds() - cpu) / number


async def run(seconds: float, receiver_number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, receivers(receiver_number) as urls:
        async with engines.started(Path(folder)) as engine:
            for number, url in enumerate(urls):
                await engines.integrate(engine, url, script=SCRIPT, triggerWords=[f"!{number} "])
            rate, _ = await bare(urls, 200)
            await delivered(engine, urls, 200)
            number = max(100, int(rate * seconds / SLICES / 2))
            ours, floor = [], []
            for _ in range(SLICES):
                floor.append(await bare(urls, number))
                ours.append(await delivered(engine, urls, number))
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
    parser.add_argument("--receivers", type=int, default=4)
    given = parser.parse_args()
    emit(uvloop.run(run(given.seconds, given.receivers)))
