"""`hookcell repl` as a person meets it: in a real terminal, and at the end of a pipe."""

import json
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.api.terminals import PROGRAM, Typist, hookcell

ROOT = Path(__file__).parents[2]
# what a terminal is told at the beginning of each input
READY = "\x1b[?2004h"
# and when one is typed to its end
RUNS = "\x1b[?2004l"
TRIES = 10
UP, TAB, CTRL_C, CTRL_D = b"\x1b[A", b"\t", b"\x03", b"\x04"

LOADED = """
import sys
from api.cli import app
app(["repl", sys.argv[1]], standalone_mode=False)
print(*(name for name in ("prompt_toolkit", "sandbox.library") if name in sys.modules), "are loaded")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "script.py").write_text(
        "def card(text):\n    return '<' + text + '>'\n"
        "def process_incoming(request):\n    return card(request['content']['title'])\n"
    )
    (tmp_path / "event.json").write_text('{"title": "hello", "deep": {"severity": "page"}}')
    return tmp_path


def answered(typist: Typist, typed: bytes, answer: str | None = None) -> None:
    typist.type(typed)
    if answer is not None:
        typist.see(answer)
    typist.see(READY)


def given_up(typist: Typist, endless: bytes) -> bool:
    """Whether Ctrl-C ended it while it ran; on a busy machine its limit may have come first."""
    typist.type(endless)
    typist.see(RUNS)
    typist.type(CTRL_C)
    return "the limit is" not in typist.see(READY)


def completed(typist: Typist, typed: bytes, line: str) -> None:
    typist.type(typed + TAB)
    typist.see_line(">>> " + line)


def test_a_terminal_has_lines_that_go_on_and_keeps_its_session_through_ctrl_c(tmp_path: Path) -> None:
    with hookcell("repl", folder=ROOT, XDG_STATE_HOME=str(tmp_path)) as typist:
        typist.see(READY)
        answered(typist, b"x = 20\r")
        typist.type(b"def f():\r")
        typist.see("...")
        answered(typist, CTRL_C)
        assert any(given_up(typist, b"while True: pass\r\r") for _ in range(TRIES))
        # between the two, and with nothing that runs
        typist.signal()
        answered(typist, b"x * 2 + 2\r", "42")
        answered(typist, UP + b"\r", "42")
        typist.type(CTRL_D)


def test_a_block_is_typed_with_its_margins_and_called_back_whole(tmp_path: Path) -> None:
    with hookcell("repl", folder=ROOT, XDG_STATE_HOME=str(tmp_path)) as typist:
        typist.see(READY)
        typist.type(b"def f(n):\rif n:\rreturn n * 7\r")
        answered(typist, b"\r")
        answered(typist, b"f(6)\r", "42")
        answered(typist, UP + UP + b"\x1b[F\r")
        answered(typist, b"f(5)\r", "35")
        typist.type(CTRL_D)
    block = "def f(n):\n    if n:\n        return n * 7\n        "
    kept = [json.loads(line) for line in (tmp_path / "hookcell/repl-history").read_text().splitlines()]
    assert kept == [block, "f(6)", block, "f(5)"]


def test_tab_completes_names_members_and_keys_of_the_payload(folder: Path) -> None:
    arguments = ("repl", "script.py", "--payload", "event.json")
    with hookcell(*arguments, folder=folder, XDG_STATE_HOME=str(folder / "state")) as typist:
        typist.see(READY)
        completed(typist, b"car", "card")
        answered(typist, b'("a")\r', "'<a>'")
        completed(typist, b'request["con', 'request["content"]')
        completed(typist, b'["dee', 'request["content"]["deep"]')
        completed(typist, b'["sev', 'request["content"]["deep"]["severity"]')
        answered(typist, b"\r", "'page'")
        answered(typist, b"import json\r")
        completed(typist, b"json.du", "json.dumps")
        answered(typist, b"([1])\r", "'[1]'")
        completed(typist, b":ru", ":run")
        answered(typist, b"\r", "<hello>")
        typist.type(CTRL_D)


def test_what_was_typed_is_there_the_next_time_for_its_user_only(folder: Path) -> None:
    state = folder / "state"
    for typed in (b"6 * 7\r", UP + b"\r"):
        with hookcell("repl", folder=folder, XDG_STATE_HOME=str(state)) as typist:
            typist.see(READY)
            answered(typist, typed, "42")
            typist.type(CTRL_D)
    assert (state / "hookcell/repl-history").stat().st_mode & 0o777 == 0o600


def test_a_pipe_needs_nothing_of_a_terminals(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "script.py"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin", "XDG_STATE_HOME": str(folder / "state")},
        input=":payload event.json\n:run\nwhile True:\n    pass\n\n1 + 1",
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert "  <hello>" in lines and lines[-2:] == ["2", "are loaded"]
    assert "The cell has ended; the session is rebuilt as it was before this input." in lines
    assert not (folder / "state").exists()


def test_a_pipe_that_ends_at_once_is_a_session_of_nothing() -> None:
    command = [sys.executable, "-c", PROGRAM, "repl"]
    done = subprocess.run(command, cwd=ROOT, input="", capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_who_starts_it_without_an_input_has_a_session_of_nothing() -> None:
    command = f"exec {sys.executable} -c '{PROGRAM}' repl <&-"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_ctrl_c_ends_it_at_the_latest_when_it_is_pressed_again() -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", PROGRAM, "repl"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        process.stdin.write(b"1 + 1\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"2\n"
        # the pipe stays open, and nobody writes to it
        for _ in range(20):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(1)
        # one more that meets it while it ends is the same to a shell
        assert process.returncode in (130, -signal.SIGINT) and process.stderr.read() == b""
    finally:
        process.kill()
        process.communicate()
