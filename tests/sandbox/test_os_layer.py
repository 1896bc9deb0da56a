"""The system's layer alone, with the language layer switched off: plain Python with the interpreter's own builtins reads
no file and no environment, reaches no process and no network, and touches no other integration's cell."""

import asyncio
import os
from pathlib import Path

import pytest

from sandbox import Completed, Crashed, Outcome, Raised, Sandbox
from tests.sandbox.as_nobody import place_for_nobody, run_as_nobody
from tests.sandbox.cells import started
from tests.sandbox.unlocked import LIMITS, unlocked, violations

LAYERS = {"landlock", "pdeathsig", "rlimits", "seccomp"}


def test_the_corpus_takes_nothing_from_whoever_runs_the_tests(tmp_path: Path) -> None:
    found = asyncio.run(violations(tmp_path / "bait"))
    layers = set(found.pop("layers").split())
    assert found == {}
    assert layers >= LAYERS | ({"uid"} if os.getuid() == 0 else set())


@pytest.mark.timeout(120)
def test_the_corpus_takes_nothing_from_an_unprivileged_user() -> None:
    with place_for_nobody() as place:
        answer = run_as_nobody("tests.sandbox.unlocked", str(place / "bait"))
    layers = set(answer["found"].pop("layers").split())
    assert answer["found"] == {}
    assert answer["uid"] != 0 and layers >= LAYERS


def run(source: str) -> Outcome:
    async def once() -> Outcome:
        sandbox = Sandbox(LIMITS)
        await sandbox.start()
        try:
            return await sandbox.call(unlocked(source), "process_incoming", {})
        finally:
            await sandbox.close()

    return asyncio.run(once())


def test_the_switch_is_off_indeed() -> None:
    source = "import os\ndef process_incoming(request):\n    return [os.getpid() > 1, ().__class__.__name__]\n"
    outcome = run(source)
    assert isinstance(outcome, Completed) and outcome.value == [True, "tuple"]


def test_a_cell_knows_nothing_of_the_environment_or_of_the_servers_memory() -> None:
    os.environ["HOOKCELL_CANARY"] = "canary of the environment"
    source = (
        "import os, sys\ndef process_incoming(request):\n"
        "    return [dict(os.environ), sorted(name for name in sys.modules if name.split('.')[0] in"
        " ('asyncio', 'engine', 'api', 'ssl', 'RestrictedPython', 'subprocess', 'multiprocessing'))]\n"
    )
    try:
        outcome = run(source)
    finally:
        del os.environ["HOOKCELL_CANARY"]
    assert isinstance(outcome, Completed), outcome
    # the interpreter itself sets its locale where it finds none
    assert outcome.value in ([{}, []], [{"LC_CTYPE": "C.UTF-8"}, []])


def test_a_cell_holds_no_descriptor_that_leads_anywhere() -> None:
    # reads of another number than its own kill, one at a time
    with started(LIMITS) as cells:

        async def reading(fd: int) -> Outcome:
            source = f"import os\ndef process_incoming(request):\n    return os.read({fd}, 1)\n"
            return await cells.sandbox.call(unlocked(source, str(fd)), "process_incoming", {})

        for fd in (0, 1, 2, 4, 5, 6, 7, 63, 64, 65):
            outcome = cells.run(reading(fd))
            assert isinstance(outcome, Crashed) and "signal 31" in outcome.message, (fd, outcome)


def test_what_a_lazy_import_does_fails_as_an_ordinary_error() -> None:
    outcome = run("def process_incoming(request):\n    import sqlite3\n")
    assert isinstance(outcome, Raised) and outcome.exception in ("ModuleNotFoundError", "PermissionError")
