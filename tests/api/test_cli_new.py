"""`hookcell new` and `hookcell test` as commands, from nothing to a folder that passes."""

import os
import select
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from api.cli_new import examples

ROOT = Path(__file__).parents[2]
SECONDS = 30


def called(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_from_nothing_to_a_folder_that_passes(tmp_path: Path) -> None:
    folder = tmp_path / "my scripts" / "github-deploys"
    made = called("new", folder)
    assert (made.exit_code, made.stderr) == (0, "")
    *_, check, test, run = made.stdout.splitlines()
    assert called(*shlex.split(check)[1:]).stdout == "1 script: nothing found.\n"
    tested = called(*shlex.split(test)[1:])
    assert [line.split()[0] for line in tested.stdout.splitlines()] == ["ok", "ok", "2"]
    assert tested.exit_code == 0
    assert called(*shlex.split(run)[1:]).exit_code == 0


def test_from_an_example(tmp_path: Path) -> None:
    assert called("new", tmp_path / "pushes", "--from", "github-push").exit_code == 0
    assert (tmp_path / "pushes/script.py").read_bytes() == (ROOT / "examples/github-push/script.py").read_bytes()
    assert set(examples()) >= {"github-push", "echo-outgoing"}


@pytest.mark.parametrize("example", ["github", "gitlab", "ticket-lookup"])
def test_the_first_run_that_is_suggested_shows_a_message(tmp_path: Path, example: str) -> None:
    made = called("new", tmp_path / "mine", "--from", example)
    assert "Message to" in called(*made.stdout.splitlines()[-1].split()[1:]).stdout


@pytest.mark.parametrize("name", ["", "."])
def test_a_folder_without_a_name_is_asked_for(name: str) -> None:
    result = called("new", name)
    assert "name the folder to make, as in: hookcell new github-deploys" in " ".join(
        result.stderr.replace("│", "").split()
    )
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--incoming", "--outgoing"], "make two for both"),
        (["--from", "githubpush"], "Did you mean github-push?"),
        (["--from", "zzz"], "There are alert-digest"),
        (["--from", "github-push", "--outgoing"], "is incoming"),
    ],
)
def test_what_cannot_be_made_ends_with_2_and_leaves_nothing(tmp_path: Path, arguments: list[str], said: str) -> None:
    result = called("new", tmp_path / "mine", *arguments)
    assert said in " ".join(result.stderr.replace("│", "").split())
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    (tmp_path / "mine").mkdir()
    assert called("new", tmp_path / "mine").exit_code == 2


def test_a_failing_payload_ends_with_1_and_junit_has_it(tmp_path: Path) -> None:
    called("new", tmp_path / "mine")
    (tmp_path / "mine/expected/started.json").write_text('{"messages": [{"text": "x"}]}')
    result = called("test", tmp_path, "--junit", tmp_path / "out.xml")
    assert result.exit_code == 1
    assert "messages: expected 1 item, got 0 items" in result.stdout
    assert ElementTree.parse(tmp_path / "out.xml").getroot()[0].attrib["failures"] == "1"
    assert called("test", tmp_path, "--update").exit_code == 0
    assert called("test", tmp_path).exit_code == 0


def test_nothing_to_run_ends_with_2(tmp_path: Path) -> None:
    result = called("test", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "has no integration in it" in result.stderr


def test_watching_runs_again_what_changed_until_it_is_interrupted(tmp_path: Path) -> None:
    called("new", tmp_path / "mine")
    called("new", tmp_path / "other")
    command = [sys.executable, "-c", "from api.cli import main; main()", "test", str(tmp_path), "--watch"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None and process.stdout is not None
    try:
        assert b"Waiting for changes" in _line(process.stderr.fileno())
        expected = tmp_path / "mine/expected/started.json"
        expected.write_text('{"messages": [{"text": "x"}]}')
        assert b"Waiting for changes" in _line(process.stderr.fileno())
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
        process.wait()
    lines = [line.split()[0] for line in out.decode().splitlines() if line.strip()]
    assert lines == ["ok", "ok", "ok", "ok", "4", "FAILED", "messages:", "ok", "1"]
    assert process.returncode == 130


def test_watching_survives_a_folder_that_is_nothing_for_a_moment(tmp_path: Path) -> None:
    called("new", tmp_path / "mine")
    command = [sys.executable, "-c", "from api.cli import main; main()", "test", str(tmp_path / "mine"), "--watch"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    settings, aside = tmp_path / "mine/integration.toml", tmp_path / "aside"
    try:
        assert b"Waiting for changes" in _line(process.stderr.fileno())
        settings.rename(aside)
        assert b"has no integration in it" in _line(process.stderr.fileno())
        aside.rename(settings)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130


def _line(descriptor: int) -> bytes:
    ready, _, _ = select.select([descriptor], [], [], SECONDS)
    assert ready, "nothing was said in time"
    return os.read(descriptor, 4096)
