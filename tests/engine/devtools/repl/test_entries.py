from pathlib import Path

from engine.devtools.repl.entries import MAX_BYTES, MAX_ENTRY, Entries, default_file


def test_entries_come_back_the_oldest_first(tmp_path: Path) -> None:
    entries = Entries(tmp_path / "state" / "history")
    assert entries.read() == []
    for entry in ("1 + 1", "def f():\n    return 'ü\ud800'\n"):
        entries.add(entry)
    assert Entries(tmp_path / "state" / "history").read() == ["1 + 1", "def f():\n    return 'ü\ud800'\n"]


def test_only_their_owner_may_read_them(tmp_path: Path) -> None:
    file = tmp_path / "state" / "history"
    Entries(file).add("x")
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    file.chmod(0o644)
    Entries(file).add("y")
    assert file.stat().st_mode & 0o777 == 0o600


def test_they_stay_within_their_size_and_keep_the_newest(tmp_path: Path) -> None:
    file = tmp_path / "history"
    entries = Entries(file)
    for number in range(100):
        entries.add(f"{number} " + "x" * 10_000)
    assert file.stat().st_size <= MAX_BYTES and file.stat().st_mode & 0o777 == 0o600
    assert entries.read()[-1].startswith("99 ") and len(entries.read()) > 10
    entries.add("x" * MAX_ENTRY)
    assert entries.read()[-1].startswith("99 ")


def test_what_is_no_entry_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "history"
    file.write_bytes(b'"a"\nbroken\n7\n\xff\n"b"\n"cut')
    assert Entries(file).read() == ["a", "b"]


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    entries = Entries(tmp_path / "file" / "history")
    entries.add("x")
    assert entries.read() == []


def test_they_are_kept_in_the_state_directory() -> None:
    assert default_file({"XDG_STATE_HOME": "/state"}) == Path("/state/hookcell/repl-history")
    assert default_file({"XDG_STATE_HOME": "relative"}) == Path.home() / ".local/state/hookcell/repl-history"
