"""How soon a call is dead past its wall deadline, and how long quick calls wait for one that loops behind them."""

import asyncio
import statistics
import time
from typing import Any

import uvloop

from sandbox import Limits, Sandbox, TimedOut
from tests.bench import workload
from tests.bench.measure import emit
from tests.bench.table import Probe, Row

# one C call, which nothing in the cell can interrupt
STUCK = "def process_incoming(request):\n    return sum(range(10**12))\n"
SOME_LOOP = "def process_incoming(request):\n    while request['loop']:\n        pass\n    return 1\n"
WALL = 0.25
LIMITS = Limits(cpu_seconds=0.1, wall_seconds=WALL)
TIMES = 5
QUICK = 15

PROBE = Probe("rows.deadline")
ROWS = (
    Row(
        "ms from the wall deadline to the end of a call stuck in C",
        (PROBE,),
        lambda one: float(one.lines[PROBE]["late_ms"]),
        shown="{:.1f}",
        hold=20,
        aim=5,
        least=True,
    ),
    Row(
        "ms to the last answer of 15 quick calls with a loop behind them",
        (PROBE,),
        lambda one: float(one.lines[PROBE]["quick_ms"]),
        shown="{:.1f}",
        hold=20,
        aim=8,
        least=True,
    ),
)


async def late(sandbox: Sandbox) -> float:
    program = workload.program("stuck", STUCK, await workload.compiled(sandbox, STUCK))
    began = time.perf_counter()
    outcome = await sandbox.call(program, workload.HOOK, {})
    if not isinstance(outcome, TimedOut):
        raise SystemExit(f"it did not time out: {outcome}")
    # what the machine's other work delayed is the script's, as its limit says
    return time.perf_counter() - began - WALL


async def quick(sandbox: Sandbox, number: int) -> float:
    code = await workload.compiled(sandbox, SOME_LOOP)
    program = workload.program(f"loop/{number}", SOME_LOOP, code)
    await sandbox.call(program, workload.HOOK, {"loop": False})
    began = time.perf_counter()
    calls = [asyncio.ensure_future(sandbox.call(program, workload.HOOK, {"loop": False})) for _ in range(QUICK)]
    guilty = asyncio.ensure_future(sandbox.call(program, workload.HOOK, {"loop": True}))
    await asyncio.gather(*calls)
    done = time.perf_counter()
    await guilty
    return done - began


async def run() -> dict[str, Any]:
    sandbox = Sandbox(LIMITS)
    await sandbox.start()
    try:
        await late(sandbox)
        return {
            "late_ms": statistics.median([await late(sandbox) for _ in range(TIMES)]) * 1e3,
            "quick_ms": statistics.median([await quick(sandbox, number) for number in range(TIMES)]) * 1e3,
        }
    finally:
        await sandbox.close()


if __name__ == "__main__":
    emit(uvloop.run(run()))
