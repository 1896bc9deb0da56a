"""What is in force in cells and zygotes, read from the outside: the kernel's word, not theirs."""

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Completed, Limits, Sandbox
from sandbox.handle import CellHandle
from tests.sandbox.as_nobody import run_as_nobody
from tests.sandbox.cells import SHORT, Cells, started

HELLO = "def process_incoming(request):\n    return 1\n"


def status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def limits(pid: int) -> dict[str, tuple[str, str]]:
    rows = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {row[:26].strip(): (row[26:47].strip(), row[47:68].strip()) for row in rows}


def cell_of(cells: Cells) -> CellHandle:
    assert isinstance(cells.call(HELLO), Completed)
    pool = cells.sandbox._pool
    assert pool is not None
    (cell,) = pool._lane_of
    return cell


@pytest.fixture(scope="module")
def running() -> Iterator[Cells]:
    with started(SHORT) as cells:
        yield cells


def test_a_cell_says_which_layers_it_has(running: Cells) -> None:
    cell_of(running)
    assert running.sandbox.layers >= {"landlock", "pdeathsig", "rlimits", "seccomp"}


def test_a_cell_is_filtered_and_gains_nothing_by_exec(running: Cells) -> None:
    seen = status(cell_of(running).child.pid)
    assert seen["Seccomp"] == "2" and seen["NoNewPrivs"] == "1"
    assert int(seen["Threads"]) == 1


def test_a_cell_has_no_capability_and_is_not_root(running: Cells) -> None:
    seen = status(cell_of(running).child.pid)
    assert {int(seen[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    if os.getuid() == 0:
        assert set(seen["Uid"].split()) == set(seen["Gid"].split()) == {"65534"}
        assert seen["Groups"] == ""


def test_a_cell_is_bounded_by_the_kernel(running: Cells) -> None:
    seen = limits(cell_of(running).child.pid)
    nothing = ("0", "0")
    for name in ("Max file size", "Max core file size", "Max locked memory", "Max msgqueue size", "Max processes"):
        assert seen[name] == nothing, name
    soft, hard = seen["Max open files"]
    assert soft == hard and int(hard) <= 6
    assert seen["Max cpu time"][0] == "unlimited"
    for name in ("Max address space", "Max data size"):
        soft, hard = seen[name]
        assert soft == hard and SHORT.memory < int(hard) < SHORT.memory + 2**30


def test_a_cell_holds_nothing_but_its_socket_and_the_null_device(running: Cells) -> None:
    held = Path(f"/proc/{cell_of(running).child.pid}/fd")
    if os.getuid() != 0:
        with pytest.raises(PermissionError):
            list(held.iterdir())
        return
    found = {int(entry.name): os.readlink(entry) for entry in held.iterdir()}
    assert {number: name for number, name in found.items() if number < 3} == dict.fromkeys((0, 1, 2), "/dev/null")
    assert found[3].startswith("socket:") and set(found) <= {0, 1, 2, 3, 4}
    if 4 in found:
        assert found[4].endswith("/clear_refs")


def test_cells_and_zygotes_have_an_empty_environment_and_no_secret_on_their_command_line(running: Cells) -> None:
    pids = [cell_of(running).child.pid, running.sandbox._scripts.pid, running.sandbox._compilers.pid]
    for pid in pids:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        assert command[1:4] == [b"-I", b"-m", b"sandbox.zygote"] and len(command) == 9
        if os.getuid() == 0:
            assert Path(f"/proc/{pid}/environ").read_bytes() == b""


def test_the_zygote_of_scripts_holds_no_compiler_and_no_server(running: Cells) -> None:
    maps = Path(f"/proc/{running.sandbox._scripts.pid}/maps")
    if os.getuid() == 0:
        loaded = maps.read_text()
        assert "orjson" in loaded and "sqlite" not in loaded and "uvloop" not in loaded


def test_a_cell_is_the_first_that_the_kernel_ends_for_want_of_memory(running: Cells) -> None:
    score = Path(f"/proc/{cell_of(running).child.pid}/oom_score_adj").read_text()
    assert score.strip() == "1000"


def test_a_cell_cannot_be_traced_by_its_own_user(running: Cells) -> None:
    # what is not dumpable belongs to root in /proc
    assert Path(f"/proc/{cell_of(running).child.pid}/mem").stat().st_uid == 0


SERVER = """
import asyncio, json, os, sys
from tests.sandbox.test_harden import HELLO, SHORT
from tests.sandbox.cells import HOOKS
from sandbox import Compiled, Program, Sandbox
async def main():
    sandbox = Sandbox(SHORT)
    await sandbox.start()
    compiled = await sandbox.compile(HELLO, hooks=HOOKS)
    assert isinstance(compiled, Compiled)
    for owner in "ab":
        await sandbox.call(Program(owner, owner, "script.py", HELLO, compiled.code, HOOKS), "process_incoming", {})
    pids = [cell.child.pid for cell in sandbox._pool._lane_of] + [sandbox._scripts.pid, sandbox._compilers.pid]
    print(json.dumps(pids), flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def gone(pid: int) -> bool:
    try:
        return status(pid)["State"].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_killing_the_server_leaves_neither_cell_nor_zygote() -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        pids = json.loads(server.stdout.readline())
        assert len(pids) == 4 and not any(gone(pid) for pid in pids)
        server.kill()
    deadline = time.monotonic() + 10
    while not all(gone(pid) for pid in pids):
        assert time.monotonic() < deadline, "a process outlived the server"
        time.sleep(0.01)


def test_killing_a_zygote_takes_its_cells_with_it(running: Cells) -> None:
    cell = cell_of(running)
    zygote = running.sandbox._scripts.pid
    assert zygote is not None
    os.kill(zygote, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while not gone(cell.child.pid):
        assert time.monotonic() < deadline, "a cell outlived its zygote"
        time.sleep(0.01)
    assert isinstance(running.call(HELLO), Completed)


def test_root_chooses_whom_its_cells_become() -> None:
    async def uid() -> str:
        sandbox = Sandbox(SHORT, cell_uid=54321)
        await sandbox.start()
        try:
            cells = Cells(asyncio.Runner(), sandbox)
            await cells.start(HELLO)
            assert sandbox._pool is not None
            (cell,) = sandbox._pool._lane_of
            return status(cell.child.pid)["Uid"].split()[1]
        finally:
            await sandbox.close()

    assert asyncio.run(uid()) == ("54321" if os.getuid() == 0 else str(os.getuid()))


def test_cells_never_become_root() -> None:
    for uid in (0, -1):
        with pytest.raises(ValueError, match="not root"):
            Sandbox(Limits(), cell_uid=uid)


WITHOUT_CAPABILITIES = """
import asyncio, os
from sandbox import NurseryDown, Sandbox, harden
PR_CAPBSET_DROP, CAP_SETGID, CAP_SETUID = 24, 6, 7
async def main():
    if os.getuid() == 0:
        for capability in (CAP_SETGID, CAP_SETUID):
            harden._prctl(PR_CAPBSET_DROP, capability)
    sandbox = Sandbox(cell_uid=1234)
    try:
        await sandbox.start()
    except NurseryDown as error:
        print(error)
    await sandbox.close()
asyncio.run(main())
"""


def test_a_root_that_may_not_become_whom_its_cells_must_is_told_so_at_the_start() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_CAPABILITIES], capture_output=True, text=True, check=True)
    if os.getuid() == 0:
        assert done.stdout.count("\n") == 1 and "root may not become user 1234 here" in done.stdout
        assert "run hookcell as a user that is not root" in done.stdout
    else:
        assert done.stdout == ""


def test_a_server_without_rights_locks_its_cells_as_well() -> None:
    seen = run_as_nobody("tests.sandbox.locked")
    assert seen["uid"] != 0
    assert set(seen["layers"]) >= {"landlock", "pdeathsig", "rlimits", "seccomp"}
    assert seen["status"]["Seccomp"] == "2" and seen["status"]["NoNewPrivs"] == "1"
    assert int(seen["status"]["CapEff"], 16) == 0
    assert seen["limits"]["Max processes"] == ["0", "0"] and seen["limits"]["Max file size"] == ["0", "0"]
    # what belongs to root in /proc is closed to the user that the cell runs as
    assert seen["readable"] == []
    assert seen["peak"] is None or seen["peak"] >= 0
    assert seen["outcomes"] == ["Completed", "TimedOut", "OutOfMemory", "Completed"]


def test_the_tests_themselves_are_not_bounded_so() -> None:
    assert resource.getrlimit(resource.RLIMIT_NPROC)[0] != 0
