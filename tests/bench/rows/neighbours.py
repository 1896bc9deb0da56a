"""A healthy script's p99 while 200 hostile calls run, against its p99 when it is alone."""

import argparse
import asyncio
import time
from typing import Any

import uvloop

from sandbox import Completed, Program, Sandbox
from tests.bench import workload
from tests.bench.measure import emit, percentile
from tests.bench.sandbox import call
from tests.bench.table import Probe, Row

LOOP = "def process_incoming(request):\n    while True:\n        pass\n"
HOSTILE = 200
PAUSE = 0.002
SETTLE = 0.5

PROBE = Probe("rows.neighbours", "--seconds SECONDS")
ROWS = (
    Row(
        "healthy p99 while 200 hostile calls run, against quiet, all cores",
        (PROBE,),
        lambda one: float(one.lines[PROBE]["crowded_us"] / one.lines[PROBE]["quiet_us"]),
        hold=3,
        aim=2,
        least=True,
        beside=lambda one: "{crowded_us:,.0f} us, quiet {quiet_us:,.0f} us".format_map(one.lines[PROBE]),
    ),
)


async def p99(sandbox: Sandbox, program: Program, seconds: float) -> float:
    latencies: list[float] = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        outcome = await call(sandbox, program)
        latencies.append((time.perf_counter() - began) * 1e6)
        if not isinstance(outcome, Completed):
            raise SystemExit(f"a healthy call failed: {outcome}")
        await asyncio.sleep(PAUSE)
    return percentile(sorted(latencies), 99)


async def run(seconds: float) -> dict[str, Any]:
    sandbox = Sandbox()
    await sandbox.start()
    try:
        text = workload.source("push")
        healthy = workload.program("healthy", text, await workload.compiled(sandbox, text))
        loop = await workload.compiled(sandbox, LOOP)
        await p99(sandbox, healthy, SETTLE)
        quiet = await p99(sandbox, healthy, seconds)
        hostile = [
            asyncio.ensure_future(sandbox.call(workload.program(f"hostile/{n}", LOOP, loop), workload.HOOK, {}))
            for n in range(HOSTILE)
        ]
        await asyncio.sleep(SETTLE)
        crowded = await p99(sandbox, healthy, seconds)
        for one in hostile:
            one.cancel()
        return {"quiet_us": quiet, "crowded_us": crowded}
    finally:
        await sandbox.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=2.0)
    emit(uvloop.run(run(parser.parse_args().seconds)))
