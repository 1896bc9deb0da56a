"""/hooks with a script against the same endpoint without one: a whole server, the same body, messages posted."""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import uvloop

from tests.bench import workload
from tests.bench.measure import emit
from tests.bench.table import Probe, Row
from tests.processes import ServerProcess, serving

CONNECTIONS = 16
SLICES = 3

PROBE = Probe("rows.hooks", "--seconds SECONDS")
ROWS = (
    Row(
        "/hooks with a script against without one, all cores",
        (PROBE,),
        lambda one: float(one.lines[PROBE]["with_cps"] / one.lines[PROBE]["without_cps"]),
        hold=0.7,
        aim=0.85,
        beside=lambda one: "{with_cps:,.0f}/s with, {without_cps:,.0f}/s without".format_map(one.lines[PROBE]),
    ),
)


def body() -> bytes:
    """The push, which is a message by itself as well: as long a text as the script makes of it."""
    return orjson.dumps({**orjson.loads(workload.BODY), "text": "x" * 900, "attachments": [{"title": "Compare"}] * 3})


def request(server: ServerProcess, integration: dict[str, Any], content: bytes) -> bytes:
    path = f"/hooks/{integration['_id']}/{integration['token']}"
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    return f"{head}\r\n\r\n".encode() + content


async def rate(url: str, message: bytes, seconds: float) -> float:
    place = urlsplit(url)
    end = time.perf_counter() + seconds
    answered = 0

    async def caller() -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        while time.perf_counter() < end:
            writer.write(message)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(head.decode())
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            answered += 1
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CONNECTIONS)))
    return answered / (time.perf_counter() - began)


def run(seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data", HOOKCELL_RATE_LIMIT="off") as server:
        hook = {"type": "webhook-incoming"}
        plain = request(server, server.create(**hook, name="without"), body())
        scripted = request(server, server.create(**hook, name="with", script=workload.source("push")), body())
        rates: dict[str, list[float]] = {"with_cps": [], "without_cps": []}
        for message in (plain, scripted):
            uvloop.run(rate(server.url, message, seconds / 3))
        for _ in range(SLICES):
            rates["without_cps"].append(uvloop.run(rate(server.url, plain, seconds / SLICES)))
            rates["with_cps"].append(uvloop.run(rate(server.url, scripted, seconds / SLICES)))
        return {name: sum(values) / SLICES for name, values in rates.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=2.0)
    emit(run(parser.parse_args().seconds))
