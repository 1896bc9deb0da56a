"""`hookcell run` and `hookcell repl` as commands: exit codes, what goes to which stream."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/github-push"
PUSH = EXAMPLE / "payloads/push.json"
TERMINAL_SECONDS = 30
PROGRAM = "from api.cli import main; main()"


def ran(*arguments: str | Path, lines: str = "") -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=lines)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "mine.py"
    file.write_text("def process_incoming(request):\n    print('looking')\n    return request['content']['a']\n")
    (tmp_path / "hello.json").write_text('{"a": "hello"}')
    (tmp_path / "other.json").write_text("{}")
    return file


def test_run_prints_message_log_and_receipt(script: Path) -> None:
    result = ran("run", script, "--payload", script.with_name("hello.json"))
    told = result.stdout.splitlines()
    assert told[:5] == [
        f"process_incoming of {script}",
        "Message to #general:",
        "  hello",
        'The sender gets 200 {"success": true}',
        "log | looking",
    ]
    assert re.fullmatch(r"[\d.]+ ms wall · [\d.]+ ms cpu · [\d.]+ [KM]?B peak · 7 B out", told[5])
    assert [line.split()[0] for line in told[6:11]] == ["cpu", "wall", "memory", "output", "log"]
    assert all(line.endswith(" %") for line in told[6:11])
    steps = ("request-received", "execute-script-before-running-process_incoming", "after-process_incoming")
    assert told[11:] == [f"trace | {' > '.join(steps)} > would-be-posted"]
    assert (result.stderr, result.exit_code) == ("", 0)


def test_a_failing_script_ends_with_1_and_the_authors_line_on_stderr(script: Path) -> None:
    result = ran("run", script, "--payload", script.with_name("other.json"))
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Traceback (most recent call last):",
        f'  File "{script}", line 3, in process_incoming',
        "    return request['content']['a']",
        "KeyError: 'a'",
    ]
    assert "log | looking" in result.stdout


def test_a_script_that_says_no_ends_with_0(script: Path) -> None:
    script.write_text("def process_incoming(request):\n    return {'error': 'unsigned'}\n")
    result = ran("run", script, "--payload", script.with_name("hello.json"))
    assert "The script says no" in result.stdout
    assert result.exit_code == 0


def test_a_script_that_does_not_compile_ends_with_1_and_says_where(script: Path) -> None:
    script.write_text("def process_incoming(request):\n    return open('x')\n")
    result = ran("run", script, "--payload", script.with_name("hello.json"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"{script}:2:12: open() is not available: scripts have no files.",
        "    return open('x')".rjust(24),
        " " * 15 + "^^^^",
        "    Use io.StringIO for text in memory.",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nope.py", "--payload", PUSH], "nope.py: cannot be read: No such file or directory"),
        (["run", EXAMPLE / "script.py", "--payload", EXAMPLE / "pus.json"], "pus.json: is not there; there are "),
        (["run", EXAMPLE, "--payload", PUSH], "is a folder; name the script in it"),
        (["repl", "nope.py"], "nope.py: cannot be read: No such file or directory"),
        (["repl", "--payload", "nope.json"], "nope.json: is not there"),
    ],
)
def test_a_file_that_is_not_there_ends_with_2(arguments: list[str | Path], said: str) -> None:
    result = ran(*arguments)
    assert said in result.stderr
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_hook_can_be_named(script: Path) -> None:
    script.write_text("def prepare_outgoing_request(request):\n    return request\n" + script.read_text())
    payload = script.with_name("hello.json")
    chosen = ran("run", script, "--payload", payload, "--hook", "prepare_outgoing_request")
    assert "Request that is sent: POST" in chosen.stdout
    wrong = ran("run", script, "--payload", payload, "--hook", "prepare")
    assert "there is no hook prepare; choose process_incoming, " in " ".join(wrong.stderr.replace("│", "").split())
    assert wrong.exit_code == 2


def test_repl_works_piped_without_prompt_and_echo(script: Path) -> None:
    result = ran(
        "repl", script, "--payload", script.with_name("hello.json"), lines="payload['a']\n1/0\n:run\n2 +\\\n 3"
    )
    lines = result.stdout.splitlines()
    assert lines[0] == "'hello'"
    assert lines[4] == "ZeroDivisionError: division by zero"
    assert "  hello" in lines
    assert lines[-1] == "5"
    assert (result.stderr, result.exit_code) == ("", 0)


def test_the_commands_of_the_issue_work_from_a_shell() -> None:
    folder = "examples/github-push"
    done = in_a_process("run", f"{folder}/script.py", "--payload", f"{folder}/payloads/push.json")
    assert "Message to #general as GitHub:" in done.stdout
    lines = f":payload {folder}/payloads/push.json\n:run\n"
    piped = in_a_process("repl", f"{folder}/script.py", lines=lines)
    assert piped.stdout.partition("\n")[2].rpartition("\n")[0].rpartition("\n")[0] in done.stdout


def in_a_process(*arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, cwd=ROOT, input=lines, capture_output=True, text=True, timeout=TERMINAL_SECONDS)
    assert (done.returncode, done.stderr) == (0, "")
    return done
