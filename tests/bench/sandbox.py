"""Warm calls through the sandbox, as one JSON line: `python -m tests.bench.sandbox --item push --in-flight 16`.

Time runs from the request's parts and the raw body in the server to the parsed result in the server. Pin it to one
core (taskset) and the cell runs on that core too.
"""

import argparse
import asyncio
import os
import statistics
import time
from typing import Any

import orjson
import uvloop

from sandbox import Completed, Outcome, Program, Sandbox
from tests.bench import measure, workload

WARM_SECONDS = 0.5
COLD_ROUNDS = 15
COLD_PAUSE = 0.05


async def call(sandbox: Sandbox, program: Program) -> Outcome:
    return await sandbox.call(program, workload.HOOK, workload.REQUEST, body=workload.RAW)


async def callers(sandbox: Sandbox, programs: list[Program], in_flight: int, seconds: float) -> list[int]:
    """Keeps `in_flight` calls of each program under way; the latency of each in nanoseconds."""
    latencies: list[int] = []
    clock = time.perf_counter_ns
    end = clock() + int(seconds * 1e9)

    async def caller(program: Program) -> None:
        began = clock()
        while began < end:
            outcome = await call(sandbox, program)
            done = clock()
            if not isinstance(outcome, Completed):
                raise SystemExit(f"a call failed: {outcome}")
            latencies.append(done - began)
            began = done

    await asyncio.gather(*(caller(program) for program in programs for _ in range(in_flight)))
    return latencies


async def first_answers(sandbox: Sandbox, item: str) -> dict[str, int]:
    """Microseconds of a script's first answer: never seen before, and from stored code. They come one at a time."""
    unseen, stored = [], []
    for number in range(COLD_ROUNDS):
        text = f"# {number} {time.perf_counter_ns()}\n{workload.source(item)}"
        await asyncio.sleep(COLD_PAUSE)
        began = time.perf_counter_ns()
        code = await workload.compiled(sandbox, text)
        await call(sandbox, workload.program(f"unseen/{number}", text, code))
        unseen.append(time.perf_counter_ns() - began)
        await asyncio.sleep(COLD_PAUSE)
        began = time.perf_counter_ns()
        await call(sandbox, workload.program(f"stored/{number}", text, code))
        stored.append(time.perf_counter_ns() - began)
    return {"cold_us": _median_us(unseen), "stored_us": _median_us(stored)}


def _median_us(nanoseconds: list[int]) -> int:
    return round(statistics.median(nanoseconds) / 1e3)


async def run(item: str, in_flight: int, seconds: float, programs: int) -> dict[str, Any]:
    sandbox = Sandbox()
    await sandbox.start()
    try:
        cold = await first_answers(sandbox, item)
        text = workload.source(item)
        code = await workload.compiled(sandbox, text)
        warm = [workload.program(f"warm/{number}", text, code) for number in range(programs)]
        await callers(sandbox, warm, in_flight, WARM_SECONDS)
        cpu, began = measure.cpu_seconds(), time.perf_counter()
        latencies = await callers(sandbox, warm, in_flight, seconds)
        wall, cpu = time.perf_counter() - began, measure.cpu_seconds() - cpu
        answer = await call(sandbox, warm[0])
        out = len(orjson.dumps(answer.value)) if isinstance(answer, Completed) else 0
        memory = measure.memory(os.getpid())
        system = os.environ.get("SYSNAME", "hookcell")
        return measure.line(system, item, latencies, wall, cpu, out_len=out, **cold, **memory)
    finally:
        await sandbox.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sandbox", description=__doc__)
    parser.add_argument("--item", choices=workload.ITEMS, default="push")
    parser.add_argument("--in-flight", type=int, default=16, help="calls under way at a time, of each program")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--programs", type=int, default=1, help="integrations called side by side, each with its cells")
    given = parser.parse_args()
    measure.emit(uvloop.run(run(given.item, given.in_flight, given.seconds, given.programs)))


if __name__ == "__main__":
    main()
