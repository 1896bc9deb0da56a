"""The `hookcell` command as a whole: what it loads, what it says of each command, where exit codes are told."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import COMMANDS, FAILED, PANELS, USAGE, Command, app

ROOT = Path(__file__).parents[2]
HEAVY = ("sqlalchemy", "starlette", "httpx2", "pydantic", "asyncio", "prompt_toolkit", "engine", "sandbox")


def test_help_loads_nothing_of_the_server() -> None:
    program = (
        "import sys; from api.cli import app; sys.argv = ['hookcell', '--help']\ntry: app()\nexcept SystemExit: pass\n"
    )
    program += f"print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Usage: hookcell" in done.stdout
    assert done.stderr.split() == []


def test_no_command_of_authors_loads_a_database() -> None:
    heavy = ("sqlalchemy", "alembic", "cryptography", "structlog", "starlette", "uvicorn")
    modules = {row.home.partition(":")[0] for row in (*PANELS["Write scripts"], *PANELS["With the login of a server"])}
    program = f"import sys, {', '.join(sorted(modules))}; print(*(name for name in {heavy!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_check_loads_no_database_and_no_models() -> None:
    heavy = (
        "sqlalchemy",
        "starlette",
        "httpx2",
        "pydantic",
        "alembic",
        "prompt_toolkit",
        "engine.http",
        "engine.store",
    )
    program = f"import sys, api.cli_check; print(*(name for name in {heavy!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_a_command_says_of_itself_what_the_list_says_of_it(command: Command) -> None:
    told = " ".join(str(command.load().help).split())
    assert told.startswith(command.says.removesuffix("."))


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_every_option_and_argument_of_a_command_is_told(command: Command) -> None:
    found = [command.load()]
    while found:
        one = found.pop()
        found += getattr(one, "commands", {}).values()
        assert one.help, f"{command.name} {one.name} says nothing of itself"
        assert [each.name for each in one.params if not each.help] == []


def test_a_misspelt_command_is_answered_with_the_nearest() -> None:
    result = CliRunner().invoke(app, ["doctr"])
    assert (result.exit_code, "'doctor'" in result.stderr) == (USAGE, True)


def test_every_command_and_its_exit_codes_are_in_the_table() -> None:
    text = (ROOT / "api/README.md").read_text()
    rows = re.findall(r"^\| `hookcell ([a-z]+)(?:[^|]|\\\|)* \| .* \| ([\d, ]+) \|$", text, re.MULTILINE)
    told = {name: tuple(int(code) for code in codes.split(",")) for name, codes in rows}
    assert told == {command.name: (0, *command.exits) for command in COMMANDS.values()}


@pytest.mark.parametrize("arguments", [["--help"], ["check", "examples/github"], ["new", "--help"]])
@pytest.mark.parametrize("errors", ["", "2>&1"], ids=["errors elsewhere", "errors there too"])
def test_output_that_has_no_room_is_a_line_and_not_a_traceback(
    tmp_path: Path, arguments: list[str], errors: str
) -> None:
    program = f"{sys.executable} -B -c 'from api.cli import main; main()'"
    # then no file may have a byte, and a pipe may
    command = f"ulimit -f 0; exec {program} {' '.join(arguments)} >'{tmp_path}/out' {errors}"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60)
    said = "" if errors else "The output cannot be written: File too large.\n"
    assert (done.returncode, done.stdout, done.stderr) == (FAILED, "", said)


def test_a_pipe_that_nobody_reads_ends_a_command_silently() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", "from api.cli import main; main()", "check", "examples/github"]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (FAILED, b"")
