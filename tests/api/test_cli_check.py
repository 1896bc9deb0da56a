"""`hookcell check` as a command: formats, streams, exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app

BAD = "def process_incoming(request):\n    return {'text': request['contnt']}\n"


def checked(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "good.py").write_text("def process_incoming(request):\n    return 'x'\n")
    return tmp_path


def test_findings_are_told_with_line_caret_and_what_to_write_and_end_with_1(folder: Path) -> None:
    result = checked(folder)
    assert result.stdout.splitlines() == [
        f"{folder}/bad.py:2:12: process_incoming returns a dict with the keys text, of which nothing is posted or sent.",
        "        return {'text': request['contnt']}",
        "               ^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        '    Write return {"content": {"text": ...}}.',
        f'{folder}/bad.py:2:29: request has no key "contnt".',
        "        return {'text': request['contnt']}",
        "                                ^^^^^^^^",
        '    Did you mean "content"?',
        "2 scripts: 2 findings.",
    ]
    assert (result.stderr, result.exit_code) == ("", 1)


def test_nothing_found_ends_with_0(folder: Path) -> None:
    result = checked(folder / "good.py")
    assert (result.stdout, result.exit_code) == ("1 script: nothing found.\n", 0)


def test_findings_as_json_are_one_list(folder: Path) -> None:
    found = json.loads(checked(folder, "--format", "json").stdout)
    assert [(one["file"], one["line"], one["endColumn"], one["rule"]) for one in found] == [
        (f"{folder}/bad.py", 2, 39, "bare-message"),
        (f"{folder}/bad.py", 2, 37, "unknown-key"),
    ]
    assert checked(folder / "good.py", "--format", "json").stdout == "[]\n"


def test_findings_for_a_workflow_are_its_commands(folder: Path) -> None:
    lines = checked(folder, "--format", "github").stdout.splitlines()
    assert [line.partition(",line")[0] for line in lines] == [f"::error file={folder}/bad.py"] * 2


@pytest.mark.parametrize("arguments", [["nope.py"], [], ["--format", "xml", "nope.py"]])
def test_wrong_usage_ends_with_2_and_nothing_on_stdout(arguments: list[str]) -> None:
    result = checked(*arguments)
    assert (result.stdout, result.exit_code) == ("", 2)
    assert result.stderr


def test_lines_of_other_systems_are_shown_as_they_are_counted(folder: Path) -> None:
    (folder / "bad.py").write_bytes(BAD.replace("\n", "\r").encode())
    result = checked(folder / "bad.py")
    assert result.exit_code == 1 and f"{folder / 'bad.py'}:2:12: " in result.stdout
    assert "\\x0d" not in result.stdout and "    return {'text': request['contnt']}\n" in result.stdout
