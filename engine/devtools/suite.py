"""Runs every payload of integrations' folders and compares what comes of it with expected/.

Each payload has a store and a clock of its own: the time its meta says, else FROZEN, so that a test that passes today
passes tomorrow. `update` writes expected/ anew where it does not hold, with the keys that were named there.
"""

import json
import os
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from engine.devtools.differences import compare
from engine.devtools.diffing import only_what_is_told
from engine.devtools.files import FixtureError, path_of
from engine.devtools.fixtures import Example, Fixture, read_folder
from engine.devtools.integration_file import NAME
from engine.devtools.local_secrets import read_secrets
from engine.devtools.local_services import LocalHost
from engine.devtools.opening import open_script
from engine.devtools.ran import Ran
from engine.devtools.runner import Runner
from engine.devtools.sandboxed import NotRunnable
from engine.devtools.subjects import Subject
from engine.devtools.walking import files_under
from engine.model.json import JsonObject, JsonValue
from engine.scripts import Scripts

FROZEN = datetime(2026, 1, 1, tzinfo=UTC)
MOST_FOLDERS = 1_000

# what a delivery is given by the server, whatever its script says
_OURS = ("User-Agent", "Content-Type", "Idempotency-Key", "X-Hookcell-Depth")

State = Literal["passed", "differs", "no-expected", "written", "broken"]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one payload; `broken` is a folder, or a payload, that could not be run, and its `event` may be ''.

    `lines` say why it did not pass, or what was written.
    """

    folder: Path
    event: str
    state: State
    lines: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return self.state in ("passed", "written")

    @property
    def name(self) -> str:
        return f"{self.folder}/{self.event}" if self.event else str(self.folder)


def folders_under(path: Path) -> list[Path]:
    """Those with an integration.toml: the folder itself, or each below it. Raises FixtureError where there is none."""
    path = path_of(path)
    if path.is_file():
        raise FixtureError(path, "is a file; name the folder with its integration.toml")
    if (path / NAME).is_file():
        return [path]
    found = [file.parent for file in files_under(path) if file.name == NAME]
    if not found:
        raise FixtureError(path, f"has no integration in it: a folder with {NAME}, script.py and payloads/")
    if len(found) > MOST_FOLDERS:
        raise FixtureError(path, f"has more than {MOST_FOLDERS:,} integrations; name the folders of some")
    return found


async def run_folders(scripts: Scripts, folders: Sequence[Path], *, update: bool = False) -> AsyncGenerator[Tried]:
    for folder in folders:
        async for tried in run_folder(scripts, folder, update=update):
            yield tried


async def run_folder(scripts: Scripts, folder: Path, *, update: bool = False) -> AsyncGenerator[Tried]:
    """Every payload, by name. Raises Unavailable when no cell is free."""
    try:
        example, broken = read_folder(folder)
        subject = await open_example(scripts, example)
    except NotRunnable as error:
        yield Tried(folder, "", "broken", tuple(error.lines))
        return
    except FixtureError as error:
        yield Tried(folder, "", "broken", (str(error),))
        return
    fixtures = {fixture.name: fixture for fixture in example.fixtures}
    for event in sorted(fixtures.keys() | broken.keys()):
        if event in broken:
            yield Tried(folder, event, "broken", (str(broken[event]),))
        else:
            yield await _tried(scripts, example, subject, fixtures[event], update)


async def open_example(scripts: Scripts, example: Example) -> Subject:
    """Raises NotRunnable, FixtureError, Unavailable."""
    file = example.folder / "script.py"
    return await open_script(scripts, example.script, file=file, record=example.integration)


async def run_fixture(
    scripts: Scripts, folder: Path, subject: Subject, fixture: Fixture, host: LocalHost | None = None
) -> Ran:
    """Once, under a clock that stands still; without a host with a new store. Raises FixtureError, Unavailable."""
    host = host or LocalHost(read_secrets(folder))
    if fixture.meta.now is None:
        fixture = replace(fixture, meta=replace(fixture.meta, now=FROZEN))
    return await Runner(scripts, host).run(subject, fixture)


def differences(subject: Subject, fixture: Fixture, ran: Ran, outcome: JsonObject) -> list[str]:
    """Where it is not what is expected. A script that fails must be expected to: by `error`, or by its `answer`."""
    assert fixture.expected is not None
    lines = compare(fixture.expected, outcome)
    if ran.failure is not None and (lines or not fixture.expected.keys() & {"error", "answer"}):
        return [*lines, *subject.places.failure(ran.failure)]
    return lines


async def _tried(scripts: Scripts, example: Example, subject: Subject, fixture: Fixture, update: bool) -> Tried:
    began = time.monotonic()
    try:
        ran = await run_fixture(scripts, example.folder, subject, fixture)
    except FixtureError as error:
        return Tried(example.folder, fixture.name, "broken", (str(error),))
    seconds = time.monotonic() - began
    outcome = ran.outcome(outgoing=example.outgoing)
    file = example.folder / "expected" / f"{fixture.name}.json"
    if fixture.expected is None and not update:
        why = (f"{file} is not there; --update writes it",)
        return Tried(example.folder, fixture.name, "no-expected", why, seconds)
    found = [] if fixture.expected is None else differences(subject, fixture, ran, outcome)
    if fixture.expected is not None and not found:
        return Tried(example.folder, fixture.name, "passed", (), seconds)
    if not update:
        return Tried(example.folder, fixture.name, "differs", tuple(found), seconds)
    try:
        write_expected(file, expected_of(outcome, fixture.expected))
    except FixtureError as error:
        return Tried(example.folder, fixture.name, "broken", (str(error),), seconds)
    failed = () if ran.failure is None else tuple(subject.places.failure(ran.failure))
    said = (f"{file} now expects that it fails:", *failed) if failed else tuple(found)
    return Tried(example.folder, fixture.name, "written", said, seconds)


def expected_of(outcome: JsonObject, before: JsonObject | None) -> JsonObject:
    """What is written: the keys that were named before or, where nothing was, all but what every outcome has."""
    if "error" in outcome:
        error = outcome["error"]
        assert isinstance(error, dict)
        return {"error": {"kind": error["kind"], "line": error["line"]}}
    if before is not None and "error" not in before:
        return only_what_is_told(before, outcome)
    return {key: _plain(key, value) for key, value in outcome.items() if not _usual(key, value)}


def write_expected(file: Path, expected: JsonObject) -> None:
    """The same bytes for the same value. Raises FixtureError, also for a link: it may lead out of the folder."""
    if file.is_symlink() or file.parent.is_symlink():
        raise FixtureError(file, "is not written, since it is reached by a link; put a file in its place")
    text = json.dumps(expected, indent=2, ensure_ascii=False) + "\n"
    try:
        file.parent.mkdir(exist_ok=True)
        # a link that was made meanwhile is not followed either
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        with open(number, "w", encoding="utf-8") as target:
            target.write(text)
    except (OSError, UnicodeEncodeError) as error:
        raise FixtureError(file, f"cannot be written: {error}") from None


def _usual(key: str, value: JsonValue) -> bool:
    return key == "answer" and value == {"status": 200, "body": {"success": True}}


def _plain(key: str, value: JsonValue) -> JsonValue:
    """What the script and its integration decide, without what every message and request has."""
    match key, value:
        case "messages", list():
            return [_message(message) if isinstance(message, dict) else message for message in value]
        case "request", dict():
            headers = value["headers"]
            assert isinstance(headers, dict)
            own: JsonObject = {name: said for name, said in headers.items() if name not in _OURS}
            shown: JsonObject = {"url": value["url"], "method": value["method"]}
            return shown | ({"headers": own} if own else {}) | {"data": value["data"]}
    return value


def _message(message: JsonObject) -> JsonObject:
    return {key: value for key, value in message.items() if value not in ("", False)}


def report(tried: Sequence[Tried], seconds: float) -> str:
    """`31 passed, 1 failed, in 2.1 s`."""
    counts = [
        (sum(one.state == "passed" for one in tried), "passed"),
        (sum(one.state == "written" for one in tried), "written"),
        (sum(not one.good for one in tried), "failed"),
    ]
    said = [f"{count} {what}" for count, what in counts if count]
    return ", ".join([*said, f"in {seconds:.1f} s"]) if said else "Nothing was run."


def lines_of(tried: Tried) -> Iterator[str]:
    words = {"passed": "ok", "written": "written"}
    yield f"{words.get(tried.state, 'FAILED'):<8}{tried.name}"
    yield from (f"        {line}" for line in tried.lines)
