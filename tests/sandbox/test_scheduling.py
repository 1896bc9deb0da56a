"""Whoever is known to need little comes first; where the kernel does not know of that, nothing changes."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import Completed, TimedOut, scheduling
from tests.sandbox.cells import Cells

QUICK = "def process_incoming(request):\n    return 1\n"
LOOP = "def process_incoming(request):\n    while request['loop']:\n        pass\n"


def slice_of(pid: int) -> int | None:
    """Nanoseconds; None where the kernel does not say."""
    for line in Path(f"/proc/{pid}/sched").read_text().splitlines():
        if line.startswith("se.slice"):
            return int(line.rpartition(":")[2])
    return None


@pytest.fixture(scope="module")
def known() -> bool:
    """Whether this kernel gives slices; else what is left to hold is that nothing fails."""
    asks = "from sandbox.scheduling import short_turns; print(short_turns())"
    answer = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout
    return answer == "True\n" and slice_of(os.getpid()) is not None


def cell_of(cells: Cells, owner: str) -> int:
    assert cells.sandbox._pool is not None
    (pid,) = [cell.child.pid for cell, lane in cells.sandbox._pool._lane_of.items() if lane.program.owner == owner]
    return pid


def test_a_cell_has_short_turns_once_it_has_answered(cells: Cells, known: bool) -> None:
    assert isinstance(cells.call(QUICK, owner="quick"), Completed)
    assert (slice_of(cell_of(cells, "quick")) == scheduling.SHORT_SLICE_NS) == known


def test_a_script_that_was_never_quick_has_none_and_stays_off_the_kept_core(cells: Cells) -> None:
    async def while_it_loops() -> tuple[int | None, set[int]]:
        looping = asyncio.ensure_future(cells.start(LOOP, {"loop": True}, owner="loop"))
        while not (cells.sandbox._pool and any(c.jobs for c in cells.sandbox._pool._lane_of)):
            await asyncio.sleep(0.005)
        pid = cell_of(cells, "loop")
        found = slice_of(pid), os.sched_getaffinity(pid)
        assert isinstance(await looping, TimedOut)
        return found

    slice_ns, where = cells.run(while_it_loops())
    assert slice_ns != scheduling.SHORT_SLICE_NS
    assert where == scheduling.shared_cores()


def test_the_kept_core_is_for_cells_that_have_answered_until_they_are_slow(cells: Cells) -> None:
    async def slow_at_last() -> list[set[int]]:
        assert isinstance(await cells.start(LOOP, {"loop": False}, owner="at last"), Completed)
        pid = cell_of(cells, "at last")
        seen = [os.sched_getaffinity(pid)]
        looping = asyncio.ensure_future(cells.start(LOOP, {"loop": True}, owner="at last"))
        while os.getpriority(os.PRIO_PROCESS, pid) != scheduling.LOWEST_PRIORITY:
            await asyncio.sleep(0.005)
        seen.append(os.sched_getaffinity(pid))
        assert isinstance(await looping, TimedOut)
        return seen

    assert cells.run(slow_at_last()) == [scheduling.cores(), scheduling.shared_cores()]
    for nursery in (cells.sandbox._scripts, cells.sandbox._compilers):
        assert nursery.pid is not None and os.sched_getaffinity(nursery.pid) == scheduling.shared_cores()


@pytest.mark.parametrize(("every", "shared"), [({0, 1}, {1}), ({2, 3, 5}, {3, 5}), ({4}, {4})])
def test_one_core_is_kept_where_there_are_several(
    monkeypatch: pytest.MonkeyPatch, every: set[int], shared: set[int]
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: every)
    assert scheduling.shared_cores() == shared


def test_what_is_started_by_one_with_short_turns_has_none_of_its_own() -> None:
    asks = (
        "import subprocess; from sandbox.scheduling import short_turns; short_turns();"
        "print(subprocess.run(['cat', '/proc/self/sched'], capture_output=True, text=True).stdout)"
    )
    told = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout
    assert told.count("se.") > 0
    assert f"{scheduling.SHORT_SLICE_NS}\n" not in told.replace(" ", "")


def test_an_unknown_machine_is_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert not scheduling.short_turns()


def test_a_process_that_is_gone_is_no_error() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert not scheduling.short_turns(gone.pid)
    scheduling.prefer(gone.pid)
    scheduling.demote(gone.pid)
