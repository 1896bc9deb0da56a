"""What a person names as a path: whatever it is, there is an answer in words, and nothing is waited for."""

import os
from pathlib import Path

import pytest

from engine.devtools.files import MAX_PATH_SHOWN, FixtureError, path_of, read_bytes, read_text
from engine.devtools.fixtures import read_fixture
from engine.devtools.lint import lint
from engine.devtools.opening import read_payload, read_script
from engine.devtools.repl.saving import write_new

WRONG = {
    ".": "is a folder",
    "/": "is a folder",
    "~nosuchuser/x": "begins with the home of a user who is not there",
    "a\0b": "is no path: it has a NUL",
    "/dev/zero": "is no regular file, but a pipe or a device",
    "x" * 5_000: "cannot be read: File name too long",
}


@pytest.mark.parametrize("read", [read_payload, read_script], ids=["payload", "script"])
@pytest.mark.parametrize("name", WRONG, ids=["dot", "root", "home", "nul", "device", "long"])
def test_what_is_no_file_is_told_in_a_line(read: object, name: str) -> None:
    assert callable(read)
    with pytest.raises(FixtureError) as raised:
        read(Path(name))
    assert WRONG[name] in str(raised.value)
    assert len(str(raised.value)) < MAX_PATH_SHOWN + 200


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FixtureError, match="is no regular file"):
        read_bytes(tmp_path / "pipe")


def test_a_folder_has_no_fixture() -> None:
    with pytest.raises(FixtureError, match="is a folder"):
        read_fixture(Path())


@pytest.mark.parametrize("name", ["a\0b", "x" * 5_000, "~nosuchuser/x"])
def test_nothing_is_saved_under_what_is_no_path(name: str) -> None:
    with pytest.raises(FixtureError):
        write_new(name, "")


def test_home_is_put_in_and_what_is_not_there_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert path_of("~/new.py") == tmp_path / "new.py"
    (tmp_path / "file").touch()
    assert path_of(tmp_path / "file/below") == tmp_path / "file/below"


def test_the_mark_before_utf_8_is_no_part_of_a_text(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert read_text(tmp_path / "script.py") == "x = 1\n"
    assert read_script(tmp_path / "script.py") == ("x = 1\n", None)


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["windows", "old mac"])
def test_a_script_has_the_lines_that_python_counts(tmp_path: Path, end: str) -> None:
    lines = ["def process_incoming(request):", "", "    return request['contnt']", ""]
    (tmp_path / "script.py").write_bytes(end.join(lines).encode())
    source, _ = read_script(tmp_path / "script.py")
    assert source.split("\n") == lines
    (found,) = lint(source)
    assert (found["line"], found["column"]) == (3, 20)
