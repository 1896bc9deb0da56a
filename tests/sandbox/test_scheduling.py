"""Whoever is known to need little comes first; where the kernel does not know of that, nothing changes."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Completed, Limits, harden, scheduling
from sandbox.handle import CellHandle
from tests.sandbox.cells import Cells, started

PR_CAPBSET_DROP = 24

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


@pytest.fixture(scope="module")
def patient() -> Iterator[Cells]:
    """What loops here goes on for longer than this test ever stands still."""
    with started(Limits(cpu_seconds=30, wall_seconds=60, wall_seconds_extended=60)) as cells:
        yield cells


def handle_of(cells: Cells, owner: str) -> CellHandle:
    assert cells.sandbox._pool is not None
    (cell,) = [cell for cell, lane in cells.sandbox._pool._lane_of.items() if lane.program.owner == owner]
    return cell


def test_a_cell_has_short_turns_once_it_has_answered(cells: Cells, known: bool) -> None:
    assert isinstance(cells.call(QUICK, owner="quick"), Completed)
    slice_ns = slice_of(handle_of(cells, "quick").child.pid)
    assert (slice_ns == scheduling.SHORT_SLICE_NS) == (known and scheduling.steers_cells())


async def looping(cells: Cells, owner: str) -> CellHandle:
    """The cell of a call that has begun to loop, and was seen to be slow."""
    call = asyncio.ensure_future(cells.start(LOOP, {"loop": True}, owner=owner))
    pool = cells.sandbox._pool
    assert pool is not None
    while not any(cell.slow and lane.program.owner == owner for cell, lane in pool._lane_of.items()):
        assert not call.done(), call
        await asyncio.sleep(0.005)
    return handle_of(cells, owner)


def test_a_script_that_was_never_quick_has_none_and_stays_off_the_kept_core(patient: Cells) -> None:
    pid = patient.run(looping(patient, "loop")).child.pid
    assert slice_of(pid) != scheduling.SHORT_SLICE_NS
    assert os.sched_getaffinity(pid) == where_it_may_spin()


def where_it_may_spin() -> frozenset[int]:
    return scheduling.shared_cores() if scheduling.steers_cells() else scheduling.cores()


def test_the_kept_core_is_for_cells_that_have_answered_until_they_are_slow(patient: Cells) -> None:
    assert isinstance(patient.call(LOOP, {"loop": False}, owner="at last"), Completed)
    pid = handle_of(patient, "at last").child.pid
    assert os.sched_getaffinity(pid) == scheduling.cores()
    assert patient.run(looping(patient, "at last")).child.pid == pid
    assert os.sched_getaffinity(pid) == where_it_may_spin()
    if scheduling.steers_cells():
        assert os.getpriority(os.PRIO_PROCESS, pid) == scheduling.LOWEST_PRIORITY
    for nursery in (patient.sandbox._scripts, patient.sandbox._compilers):
        assert nursery.pid is not None and os.sched_getaffinity(nursery.pid) == where_it_may_spin()


WHERE = """
import os
from tests.sandbox.cells import started
with started() as cells:
    cells.call("def process_incoming(request):\\n    return 1\\n")
    (cell,) = cells.sandbox._pool._lane_of
    print(cell.served, sorted(os.sched_getaffinity(cell.child.pid)))
"""


def without_the_capability() -> None:
    if os.getuid() == 0 and scheduling.steers_cells():
        harden._prctl(PR_CAPBSET_DROP, scheduling.CAP_SYS_NICE)


def test_cells_that_could_not_be_called_back_are_not_sent_away() -> None:
    told = subprocess.run(
        [sys.executable, "-c", WHERE],
        cwd=Path(__file__).parents[2],
        preexec_fn=without_the_capability,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"1 {sorted(scheduling.cores())}\n"


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
