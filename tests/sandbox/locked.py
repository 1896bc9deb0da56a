"""Prints what is in force in a cell of whoever runs this, as JSON."""

import asyncio
import json
import os
from contextlib import suppress
from pathlib import Path

from sandbox import Completed, Sandbox
from tests.sandbox.cells import SHORT, Cells
from tests.sandbox.test_harden import HELLO, limits, status

SPIN = "def process_incoming(request):\n    while True:\n        pass\n"
HOARD = "def process_incoming(request):\n    return len(bytearray(10 ** 10))\n"


def readable(pid: int) -> list[str]:
    found = []
    for name in ("environ", "mem", "maps", "auxv", "stack", "syscall", "fd/3", "root", "cwd", "exe"):
        with suppress(PermissionError, FileNotFoundError), Path(f"/proc/{pid}/{name}").open("rb"):
            found.append(name)
    return found


async def main() -> dict[str, object]:
    sandbox = Sandbox(SHORT)
    await sandbox.start()
    try:
        cells = Cells(asyncio.Runner(), sandbox)
        outcomes = [await cells.start(source) for source in (HELLO, SPIN, HOARD, HELLO)]
        assert sandbox._pool is not None
        cell = next(iter(sandbox._pool._lane_of))
        return {
            "uid": os.getuid(),
            "layers": sorted(sandbox.layers),
            "status": status(cell.child.pid),
            "limits": limits(cell.child.pid),
            "readable": readable(cell.child.pid),
            "peak": outcomes[0].receipt.peak_memory if isinstance(outcomes[0], Completed) else None,
            "outcomes": [type(outcome).__name__ for outcome in outcomes],
        }
    finally:
        await sandbox.close()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main())))  # noqa: T201
