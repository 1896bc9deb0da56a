import subprocess
import sys
from pathlib import Path

from rich.console import Console

from api.cli_doctor import tell
from engine.doctor import System, examine
from engine.scripts import Tried

SYSTEM = System("linux", "x86_64", "6.1.0", root=False)
FULL = frozenset({"seccomp", "rlimits", "pdeathsig", "landlock"})
HELD = Tried("open", True, "PermissionError: [Errno 1] not permitted: '/etc/passwd'")
COULD = Tried("fork", False, "it could")


def told(layers: frozenset[str], *tried: Tried) -> tuple[int, str]:
    console = Console(width=200, no_color=True)
    with console.capture() as capture:
        status = tell(console, SYSTEM, examine(layers, SYSTEM), tried)
    return status, capture.get()


def test_the_command_examines_this_system_and_ends_with_its_verdict() -> None:
    hookcell = Path(sys.executable).with_name("hookcell")
    done = subprocess.run([hookcell, "doctor"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Scripts are locked down here." in done.stdout and "MISSING" not in done.stdout


def test_a_system_with_all_that_is_needed_is_fit_whatever_else_it_lacks() -> None:
    status, text = told(FULL, HELD)
    assert status == 0
    assert "Linux 6.1.0 on x86_64, not as root" in text
    assert "namespaces  not here" in text and "namespaces: Optional." in text
    assert "'/etc/passwd'" in text


def test_a_missing_layer_is_named_with_what_to_do_and_the_command_fails() -> None:
    status, text = told(FULL - {"seccomp"}, HELD)
    assert status == 1
    assert "MISSING" in text and "seccomp: The kernel (6.1.0) refused the filter" in text
    assert "hookcell serve refuses to start" in text


def test_what_a_cell_could_do_is_named_and_the_command_fails() -> None:
    status, text = told(FULL, HELD, COULD)
    assert status == 1
    assert "NOT HELD  it could" in text
