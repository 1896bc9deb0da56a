"""Crowds: of hostile scripts beside a healthy one, and of more integrations than there are cells. Nothing is left."""

import asyncio
import gc
import os
import resource
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sandbox import Completed, NotRun, Outcome
from tests.sandbox.cells import SHORT, Cells, started

HELLO = "def process_incoming(request):\n    return request['n']\n"
HOSTILE = (
    "def process_incoming(request):\n    while True:\n        pass\n",
    "def process_incoming(request):\n    return sum(range(10 ** 12))\n",
    "def process_incoming(request):\n    kept = []\n    while True:\n        kept.append('x' * 1000000)\n",
    "def process_incoming(request):\n    x = []\n    for i in range(200000):\n        x = filter(None, x)\n    return list(x)\n",
    "def process_incoming(request):\n    while True:\n        try:\n            while True:\n                pass\n        except:\n            pass\n",
    "def process_incoming(request):\n    return 'x' * 9000000\n",
)


def children(pid: int) -> list[str]:
    """The states of a process's children, a letter each."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            with suppress(FileNotFoundError, ProcessLookupError):  # reaped in between
                found.append(Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0])
    return found


def descriptors(cells: Cells) -> int:
    """Those that belong to no child that lives: each has its socket, and what stands for its process."""
    ahead = sum(nursery._spare is not None for nursery in (cells.sandbox._scripts, cells.sandbox._compilers))
    return len(os.listdir("/proc/self/fd")) - 2 * (cells.sandbox.cells + ahead)


def test_two_hundred_hostile_calls_at_once_leave_nothing_behind_and_healthy_ones_are_answered() -> None:
    limits = replace(SHORT, cpu_seconds=0.05, wall_seconds=0.2, memory=32 * 1024 * 1024)
    with started(limits) as cells:

        async def storm(size: int) -> tuple[list[Outcome], list[Outcome]]:
            healthy = await cells.program(HELLO, "healthy")
            programs = [
                await cells.program(source, f"{kind} {owner}")
                for kind, source in enumerate(HOSTILE)
                for owner in range(4)
            ]
            await cells.sandbox.call(healthy, "process_incoming", {"n": 0})
            crowd = [
                asyncio.ensure_future(cells.sandbox.call(programs[n % len(programs)], "process_incoming", {}))
                for n in range(size)
            ]
            answers = []
            n = 0
            while not all(call.done() for call in crowd):
                answers.append(await cells.sandbox.call(healthy, "process_incoming", {"n": n}))
                n += 1
                await asyncio.sleep(0.01)
            return answers, await asyncio.gather(*crowd)

        async def settled() -> None:
            scripts, pool = cells.sandbox._scripts, cells.sandbox._pool
            assert scripts.pid is not None and pool is not None
            for _ in range(500):
                # none is being forked ahead, either
                if "Z" not in children(scripts.pid) and not pool._tasks and scripts._refill is None:
                    return
                await asyncio.sleep(0.01)
            raise AssertionError("zombies were left")

        cells.run(storm(40))
        cells.run(settled())
        before, memory = descriptors(cells), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        answers, ends = cells.run(storm(200))
        cells.run(settled())
        gc.collect()
        kinds = Counter(type(end).__name__ for end in ends)
        assert not kinds["Completed"] and kinds["TimedOut"] and kinds["OutputTooLarge"], kinds
        assert [answer.value for answer in answers if isinstance(answer, Completed)] == list(range(len(answers)))
        assert descriptors(cells) == before
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 16 * 1024
        assert cells.sandbox._pool is not None and not cells.sandbox._pool._lanes.waiting


def test_more_integrations_than_cells_are_all_served_and_no_more_cells_live() -> None:
    with started(replace(SHORT, cells=20)) as cells:

        async def in_turn() -> int:
            most = 0
            first = await cells.program(HELLO, "first")
            programs = [replace(first, key=f"integration {n}", owner=f"integration {n}") for n in range(300)]
            for n, program in enumerate([*programs, *programs[:30]]):
                outcome = await cells.sandbox.call(program, "process_incoming", {"n": n})
                assert isinstance(outcome, Completed) and outcome.value == n
                most = max(most, cells.sandbox.cells)
            return most

        assert cells.run(in_turn()) == 20
        assert cells.sandbox._pool is not None and len(cells.sandbox._pool._lanes.all()) <= 20


def test_a_crowd_beyond_the_queue_is_turned_away_and_nothing_of_it_was_run() -> None:
    with started(replace(SHORT, queue_total=10, cells=2)) as cells:

        async def crowd() -> list[Outcome]:
            first = await cells.program(HELLO, "first")
            programs = [replace(first, key=str(n), owner=str(n)) for n in range(100)]
            return await asyncio.gather(
                *(cells.sandbox.call(program, "process_incoming", {"n": n}) for n, program in enumerate(programs))
            )

        ends = cells.run(crowd())
        answered = [end.value for end in ends if isinstance(end, Completed)]
        assert 10 <= len(answered) < 100
        assert all(end == NotRun("busy") for end in ends if not isinstance(end, Completed))


def test_each_integration_is_answered_by_cells_of_its_own() -> None:
    with started(SHORT) as cells:

        async def pids(cells: Cells) -> list[set[int]]:
            first = await cells.program(HELLO, "first")
            found = []
            for n in range(5):
                program = replace(first, key=str(n), owner=str(n))
                await asyncio.gather(*(cells.sandbox.call(program, "process_incoming", {"n": n}) for _ in range(20)))
                pool = cells.sandbox._pool
                assert pool is not None
                found.append({cell.child.pid for cell, lane in pool._lane_of.items() if lane.program is program})
            return found

        found = cells.run(pids(cells))
        assert all(found) and len(set.union(*found)) == sum(map(len, found))
