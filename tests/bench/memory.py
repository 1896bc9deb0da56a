"""Memory of warm cells that have each served the push item: `python -m tests.bench.memory --cells 100`, one JSON line."""

import argparse
import statistics
from typing import Any

import uvloop

from sandbox import Sandbox
from tests.bench import measure, workload
from tests.bench.sandbox import call

CALLS = 20


async def run(cells: int) -> dict[str, Any]:
    sandbox = Sandbox()
    await sandbox.start()
    try:
        text = workload.source("push")
        code = await workload.compiled(sandbox, text)
        for number in range(cells):
            program = workload.program(f"memory/{number}", text, code)
            for _ in range(CALLS):
                await call(sandbox, program)
        zygotes = list(measure.children())
        warm = [pid for zygote in zygotes for pid in measure.children(zygote)]
        pss = [measure.memory(pid)["pss_kb"] / 1024 for pid in warm]
        zygote_mb = sum(measure.memory(pid)["pss_kb"] for pid in zygotes) / 1024
        return {"cells": len(warm), "cell_mb": statistics.median(pss), "all_mb": sum(pss), "zygotes_mb": zygote_mb}
    finally:
        await sandbox.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.memory", description=__doc__)
    parser.add_argument("--cells", type=int, default=1)
    measure.emit(uvloop.run(run(parser.parse_args().cells)))


if __name__ == "__main__":
    main()
