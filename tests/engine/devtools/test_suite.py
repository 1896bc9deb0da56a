"""`test`: what is run, when it passes, what --update writes, what build servers and a watcher see."""

import asyncio
import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from engine.devtools.files import FixtureError
from engine.devtools.junit import junit
from engine.devtools.making import make
from engine.devtools.suite import Tried, folders_under, lines_of, report, run_folders
from engine.devtools.watching import Seen, look, next_change, touched
from tests.engine.devtools.local import Local

NOW = "from datetime import datetime\ndef process_incoming(request):\n    return datetime.now().isoformat()\n"
FAILS = "def process_incoming(request):\n    return {'content': request['content']['nope']}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make(tmp_path / "deploys", "incoming")
    return tmp_path / "deploys"


def tried(local: Local, *folders: Path, update: bool = False) -> list[Tried]:
    async def run() -> list[Tried]:
        return [one async for one in run_folders(local.scripts, folders, update=update)]

    return local.do(run())


def expect(folder: Path, event: str, text: str) -> None:
    (folder / "expected" / f"{event}.json").write_text(text)


def test_a_folder_is_one_integration_or_has_several_below_it(folder: Path) -> None:
    make(folder.parent / "deep/er", "outgoing")
    make(folder.parent / ".hidden/one", "outgoing")
    assert folders_under(folder) == [folder]
    assert folders_under(folder.parent) == [folder, folder.parent / "deep/er"]
    with pytest.raises(FixtureError, match="has no integration in it"):
        folders_under(folder / "payloads")
    with pytest.raises(FixtureError, match="is a file"):
        folders_under(folder / "script.py")


def test_a_difference_is_told_with_its_place(local: Local, folder: Path) -> None:
    expect(folder, "succeeded", '{"messages": [{"attachments": [{"title": "relay 1.5.0 is live"}]}]}')
    started, succeeded = tried(local, folder)
    assert (started.state, succeeded.state) == ("passed", "differs")
    place = "messages[0].attachments[0].title"
    assert succeeded.lines == (f'{place}: expected "relay 1.5.0 is live", got "relay 1.4.0 is live"',)
    assert list(lines_of(succeeded)) == [f"FAILED  {folder}/succeeded", f"        {succeeded.lines[0]}"]


def test_a_payload_without_an_expectation_fails_and_says_what_to_do(local: Local, folder: Path) -> None:
    (folder / "expected/succeeded.json").unlink()
    found = tried(local, folder)[1]
    assert found.state == "no-expected"
    assert found.lines == (f"{folder}/expected/succeeded.json is not there; --update writes it",)


def test_a_script_that_fails_must_be_expected_to(local: Local, folder: Path) -> None:
    (folder / "script.py").write_text(FAILS)
    expect(folder, "started", '{"messages": []}')
    expect(folder, "succeeded", '{"error": {"kind": "raised", "line": 2}}')
    started, succeeded = tried(local, folder)
    assert succeeded.state == "passed"
    assert started.lines == (
        "Traceback (most recent call last):",
        f'  File "{folder}/script.py", line 2, in process_incoming',
        "    return {'content': request['content']['nope']}",
        "KeyError: 'nope'",
    )
    expect(folder, "started", '{"answer": {"status": 400}}')
    assert [one.state for one in tried(local, folder)] == ["passed", "passed"]


def test_the_clock_stands_still(local: Local, folder: Path) -> None:
    (folder / "script.py").write_text(NOW)
    (folder / "payloads/succeeded.meta.toml").write_text("now = 2026-05-04T09:30:00Z\n")
    expect(folder, "started", '{"messages": [{"text": "2026-01-01T00:00:00"}]}')
    expect(folder, "succeeded", '{"messages": [{"text": "2026-05-04T09:30:00"}]}')
    assert [one.state for one in tried(local, folder)] == ["passed", "passed"]


def test_a_folder_that_cannot_be_run_does_not_stop_the_others(local: Local, folder: Path) -> None:
    broken, bad = folder.parent / "broken", folder.parent / "bad"
    make(broken, "incoming")
    (broken / "script.py").write_text("def process_incoming(request):\n    return open('x')\n")
    make(bad, "incoming")
    (bad / "integration.toml").write_text('type = "sideways"\n')
    found = tried(local, bad, broken, folder)
    assert [one.state for one in found] == ["broken", "broken", "passed", "passed"]
    assert found[1].lines[0] == f"{broken}/script.py:2:12: open() is not available: scripts have no files."


def test_a_broken_file_is_the_failure_of_its_own_payload(local: Local, folder: Path) -> None:
    expect(folder, "started", "[}")
    expect(folder, "nobody", "{}")
    found = tried(local, folder)
    assert [(one.event, one.state) for one in found] == [
        ("nobody", "broken"),
        ("started", "broken"),
        ("succeeded", "passed"),
    ]
    assert "has no payload of that name" in found[0].lines[0]
    assert found[1].lines[0].startswith(f"{folder}/expected/started.json: is not JSON")


def test_update_writes_through_no_link(local: Local, folder: Path) -> None:
    outside = folder.parent / "outside.json"
    outside.write_text('{"messages": [{"text": "mine"}]}')
    (folder / "expected/started.json").unlink()
    (folder / "expected/started.json").symlink_to(outside)
    started, succeeded = tried(local, folder, update=True)
    assert (started.state, succeeded.state) == ("broken", "passed")
    assert started.lines == (
        f"{folder}/expected/started.json: is not written, since it is reached by a link; put a file in its place",
    )
    assert outside.read_text() == '{"messages": [{"text": "mine"}]}'


def test_update_writes_what_was_named_and_only_where_it_does_not_hold(local: Local, folder: Path) -> None:
    expect(folder, "succeeded", '{"messages": [{"attachments": [{"title": "old"}]}]}')
    before = (folder / "expected/started.json").stat().st_mtime_ns
    assert [one.state for one in tried(local, folder, update=True)] == ["passed", "written"]
    assert json.loads((folder / "expected/succeeded.json").read_text()) == {
        "messages": [{"attachments": [{"title": "relay 1.4.0 is live"}]}]
    }
    assert (folder / "expected/started.json").stat().st_mtime_ns == before
    assert [one.state for one in tried(local, folder, update=True)] == ["passed", "passed"]


def test_update_writes_a_first_expectation_of_what_the_script_decides(local: Local, folder: Path) -> None:
    sender = folder.parent / "sender"
    make(sender, "outgoing")
    for file in (sender / "expected/asked.json", folder / "expected/started.json"):
        file.unlink()
    tried(local, sender, folder, update=True)
    asked = json.loads((sender / "expected/asked.json").read_text())
    assert asked["request"] == {
        "url": "https://service.example/ask",
        "method": "POST",
        "data": {"question": "what is the time?", "asker": "ann"},
    }
    assert [message["text"] for message in asked["messages"]] == ["Half past nine."]
    assert json.loads((folder / "expected/started.json").read_text()) == {"messages": []}
    first = (sender / "expected/asked.json").read_bytes()
    (sender / "expected/asked.json").unlink()
    tried(local, sender, update=True)
    assert (sender / "expected/asked.json").read_bytes() == first


def test_update_says_when_it_writes_that_a_script_fails(local: Local, folder: Path) -> None:
    (folder / "script.py").write_text(FAILS)
    found = tried(local, folder, update=True)
    assert {one.state for one in found} == {"written"}
    assert found[0].lines[0] == f"{folder}/expected/started.json now expects that it fails:"
    assert found[0].lines[-1] == "KeyError: 'nope'"
    assert json.loads((folder / "expected/started.json").read_text()) == {"error": {"kind": "raised", "line": 2}}


def test_junit_tells_failures_from_errors_and_holds_no_control_characters() -> None:
    tries = [
        Tried(Path("a"), "one", "passed", (), 0.25),
        Tried(Path("a"), "two", "differs", ("text: \x1b[31m\x00 & <b>",), 0.5),
        Tried(Path("b\x07"), "", "broken", ("no script",)),
    ]
    root = ElementTree.fromstring(junit(tries))
    first, second = root.findall("testsuite")
    assert first.attrib == {"name": "a", "tests": "2", "failures": "1", "errors": "0", "time": "0.750"}
    failure = first.find("testcase/failure")
    assert failure is not None and failure.text == "text: �[31m� & <b>"
    assert second.find("testcase/error") is not None


def test_the_report_counts() -> None:
    tries = [Tried(Path("a"), "x", state) for state in ("passed", "passed", "written", "differs", "broken")]
    assert report(tries, 2.14) == "2 passed, 1 written, 2 failed, in 2.1 s"
    assert report([], 0) == "Nothing was run."


def test_a_change_is_seen_in_the_folder_where_it_was(local: Local, folder: Path) -> None:
    other, root = folder.parent / "other", folder.parent
    make(other, "incoming")
    before = look(root)
    assert touched(before, look(root), [folder, other]) == []
    os.utime(other / "script.py", ns=(1, 1))
    assert touched(before, look(root), [folder, other]) == [other]
    (folder / "payloads/new.json").write_text("{}")
    (other / "expected/started.json").unlink()
    make(root / "third", "outgoing")
    now = local.do(next_change(before, root))
    assert touched(before, now, folders_under(root)) == [folder, other, root / "third"]
    assert now == look(root)


def test_a_folder_that_is_away_for_a_moment_is_waited_for(local: Local, folder: Path) -> None:
    before, aside = look(folder), folder.with_name("aside")
    folder.rename(aside)

    async def away_and_back() -> Seen:
        waiting = asyncio.ensure_future(next_change(before, folder))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        (aside / "payloads/new.json").write_text("{}")
        aside.rename(folder)
        return await waiting

    assert local.do(away_and_back()) == look(folder)
