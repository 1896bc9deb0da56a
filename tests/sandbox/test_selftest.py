"""The self-test: every probe is held here, and what is not held is told."""

import asyncio
import signal
import socket
import subprocess
import sys

import pytest

from sandbox import Completed, Crashed, NotRun, OutOfMemory, Raised, Receipt, TimedOut
from sandbox.selftest import PROBES, Tried, _judged
from tests.sandbox.cells import Cells

NOTHING = Receipt(0, 0, None, 0)
PERFORMED = Completed("it could", NOTHING)
REFUSED = Raised("PermissionError", "no", 1, (), "", NOTHING)
KILLED = Crashed("killed by signal 31", NOTHING, own_doing=True)
# by its zygote's death, say: it tells nothing of what was tried
ENDED = Crashed("it ended", NOTHING)


def test_every_probe_is_held_in_real_cells(cells: Cells) -> None:
    tried = cells.run(cells.sandbox.self_test())
    assert [one.name for one in tried] == list(PROBES)
    assert all(one.held for one in tried), tried


def test_the_self_test_leaves_no_cell(cells: Cells) -> None:
    async def left() -> bool:
        nursery = cells.sandbox._scripts
        await cells.sandbox.self_test()
        for _ in range(500):
            if nursery._current is not None and set(nursery._current._children.values()) <= {nursery._spare}:
                return False
            await asyncio.sleep(0.01)
        return True

    assert not cells.run(left())


def test_a_probe_whose_cell_died_of_something_else_is_tried_again(cells: Cells) -> None:
    async def through_a_death() -> tuple[Tried, ...]:
        nursery = cells.sandbox._scripts
        await cells.sandbox.self_test(quick=True)
        # the next probe gets a child that is dead already
        while nursery._spare is None:
            await asyncio.sleep(0.01)
        nursery._spare.send_signal(signal.SIGKILL)
        return await cells.sandbox.self_test(quick=True)

    assert all(one.held for one in cells.run(through_a_death()))


@pytest.mark.parametrize("name", ["open", "fork", "connect"])
def test_what_a_cell_could_do_is_not_held(name: str) -> None:
    assert _judged(name, PERFORMED) == Tried(name, False, "it could")
    assert _judged(name, REFUSED).held and _judged(name, KILLED).held
    for nothing_learned in (NotRun("busy"), TimedOut("wall", 1, None, NOTHING), ENDED):
        assert not _judged(name, nothing_learned).held


def test_a_cell_that_is_told_what_is_there_was_not_kept_from_looking() -> None:
    for exception in ("FileNotFoundError", "FileExistsError"):
        assert not _judged("open", Raised(exception, "/etc/passwd", 1, (), "", NOTHING)).held


def test_a_limit_is_held_by_its_own_outcome_only() -> None:
    assert _judged("spin", TimedOut("cpu", 1, None, NOTHING)).held
    assert _judged("allocate", OutOfMemory(1, None, NOTHING)).held
    for name in ("spin", "allocate"):
        assert not _judged(name, PERFORMED).held and not _judged(name, KILLED).held


# A child of this test locks itself down on a machine that lacks something, and says which layers it has.
ELSEWHERE = """
import os, sys
from sandbox import harden
{lack}
clear_refs = harden.arrange_descriptors(int(sys.argv[1]))
layers = harden.harden(os.getppid(), memory=1 << 26, clear_refs=clear_refs, cell_uid=harden.NOBODY)
os.write(harden.SOCKET_FD, " ".join([str(clear_refs), *layers]).encode())
os._exit(0)
"""
LACKS = {
    "nothing": ("", {"seccomp", "landlock", "rlimits", "pdeathsig"}),
    "files that may be open": (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))",
        {"seccomp", "landlock", "rlimits", "pdeathsig"},
    ),
    "a known architecture": ("harden.platform.machine = lambda: 'riscv64'", {"landlock", "rlimits", "pdeathsig"}),
    "Landlock": ("harden.SYS_LANDLOCK_CREATE_RULESET = 100_000", {"seccomp", "rlimits", "pdeathsig"}),
}
WITHOUT_PROCFS = """
import builtins
def missing(name, *rest, **options):
    raise FileNotFoundError(name)
harden.os.open = builtins.open = missing
"""


def told(lack: str) -> list[str]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [sys.executable, "-c", ELSEWHERE.format(lack=lack), str(theirs.fileno())]
        done = subprocess.run(command, capture_output=True, text=True, pass_fds=[theirs.fileno()])
        assert done.returncode == 0, done.stderr
        return ours.recv(4096).decode().split()


@pytest.mark.parametrize(("lack", "layers"), LACKS.values(), ids=LACKS.keys())
def test_a_layer_that_the_system_lacks_is_left_out_and_missing_from_what_is_told(lack: str, layers: set[str]) -> None:
    _, *found = told(lack)
    assert set(found) - {"uid"} == layers


def test_without_procfs_a_cell_is_locked_down_as_well_and_measures_nothing() -> None:
    clear_refs, *found = told(WITHOUT_PROCFS)
    assert clear_refs == "False"
    assert set(found) - {"uid"} == {"seccomp", "landlock", "rlimits", "pdeathsig"}
