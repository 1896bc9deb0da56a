"""Every folder of examples/ is complete, and each of its payloads comes, in the sandbox, to what expected/ says."""

import json
import re
import xml.etree.ElementTree
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from engine.devtools import Example, Fixture, compare, read_example
from engine.devtools.local_services import LocalHost
from engine.devtools.ran import Ran
from engine.devtools.runner import Runner
from engine.devtools.subjects import Subject
from engine.model.json import JsonObject
from engine.model.values import MAX_KEYS, StoredValue
from engine.services.scratch import ScratchValues
from tests.engine.devtools.local import Local
from tests.examples.pictures import NAME, picture

ROOT = Path(__file__).parents[2]
# own-repository is no such folder: it has a test of its own, the one that it shows
FOLDERS = sorted(file.parent for file in (ROOT / "examples").glob("*/integration.toml"))
OPENED: dict[Path, Subject] = {}
READMES = [ROOT / "examples/README.md", *(folder / "README.md" for folder in FOLDERS)]


def fixtures() -> list[tuple[Example, Fixture]]:
    return [(example, fixture) for example in map(read_example, FOLDERS) for fixture in example.fixtures]


def opened(local: Local, folder: Path) -> Subject:
    """The example's script, compiled once for all of its payloads."""
    if folder not in OPENED:
        example = read_example(folder)
        OPENED[folder] = local.open(example.script, example.integration)
    return OPENED[folder]


def run(local: Local, name: str, *payloads: str) -> list[Ran]:
    """The payloads one after the other, with one store."""
    example = read_example(ROOT / "examples" / name)
    fixtures = {fixture.name: fixture for fixture in example.fixtures}
    runner = Runner(local.scripts, LocalHost(environment={}))
    return [local.do(runner.run(opened(local, example.folder), fixtures[payload])) for payload in payloads]


@pytest.mark.parametrize(
    ("example", "fixture"), [pytest.param(*case, id=f"{case[0].folder.name}-{case[1].name}") for case in fixtures()]
)
def test_a_payload_comes_to_what_is_expected(local: Local, example: Example, fixture: Fixture) -> None:
    assert fixture.expected is not None, f"write expected/{fixture.name}.json"
    ran = local.do(Runner(local.scripts).run(opened(local, example.folder), fixture))
    assert compare(fixture.expected, ran.outcome(outgoing=example.outgoing)) == [], ran.failure


def test_the_index_has_every_example() -> None:
    index = re.findall(r"^\| \[([\w-]+)\]\((?:[\w-]+)/README\.md\)", READMES[0].read_text(), re.MULTILINE)
    assert sorted(index) == [folder.name for folder in FOLDERS]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_picture_is_what_the_terminal_shows(local: Local, folder: Path) -> None:
    drawn = picture(local, read_example(folder), opened(local, folder))
    assert (folder / NAME).read_text() == drawn, "draw it again: python -m tests.examples.pictures"
    assert xml.etree.ElementTree.fromstring(drawn).tag.endswith("svg")
    assert f"({folder.name}/{NAME})" in READMES[0].read_text()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_says_how_to_set_it_up_and_how_to_try_it(folder: Path) -> None:
    readme = (folder / "README.md").read_text()
    assert f"hookcell run examples/{folder.name}/script.py" in readme
    assert "## Set it up" in readme


@pytest.mark.parametrize("readme", READMES, ids=lambda file: file.parent.name)
def test_every_file_that_a_readme_names_is_there(readme: Path) -> None:
    text = readme.read_text()
    named = set(re.findall(r"examples/[\w./-]*\w", text))
    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_integration_toml_has_the_required_fields_of_integrations_create(folder: Path) -> None:
    example = read_example(folder)
    required = {"type", "username", "channel", "scriptEnabled", "name", "enabled"}
    if example.outgoing:
        required |= {"event", "urls"}
    assert required - set(example.integration) == set()
    assert example.integration["scriptEnabled"] is True


@pytest.mark.parametrize(
    ("name", "broken", "well", "headline"),
    [
        ("github", "workflow-run-failed", "workflow-run-succeeded", "[works again]"),
        ("gitlab", "pipeline-failed", "pipeline-succeeded", "passes again"),
        ("jenkins", "unstable", "succeeded", "is well again"),
    ],
)
def test_what_is_well_again_is_said_once(local: Local, name: str, broken: str, well: str, headline: str) -> None:
    ran = run(local, name, well, broken, broken, well, well)
    assert [len(one.messages) for one in ran] == [0, 1, 1, 1, 0]
    assert headline in str(ran[3].messages[0]["text"])
    assert cast(list[JsonObject], ran[3].messages[0]["attachments"])[0]["color"] == "#2eb886"


def test_a_job_that_is_well_again_names_the_first_build_that_was_not(local: Local) -> None:
    example = read_example(ROOT / "examples/jenkins")
    fixtures = {fixture.name: fixture for fixture in example.fixtures}
    broken = json.loads(fixtures["unstable"].payload)
    later = {**broken, "build": {**broken["build"], "number": broken["build"]["number"] + 1}}
    runner = Runner(local.scripts, LocalHost(environment={}))
    payloads = (fixtures["unstable"].payload, json.dumps(later).encode(), fixtures["succeeded"].payload)
    for payload in payloads:
        ran = local.do(runner.run(opened(local, example.folder), replace(fixtures["succeeded"], payload=payload)))
    since = {"title": "Broken since", "value": f"#{broken['build']['number']}", "short": True}
    assert since in cast(list[JsonObject], cast(list[JsonObject], ran.messages[0]["attachments"])[0]["fields"])


def test_a_monitor_that_is_up_again_says_for_how_long_it_was_down(local: Local) -> None:
    first, second, up = (ran.messages[0] for ran in run(local, "uptime-kuma", "down", "down", "up"))
    assert str(first["text"]).endswith("is down")
    assert str(second["text"]).endswith("is still down")
    lasted = {"title": "Was down for", "value": "12m 2s", "short": True}
    assert lasted in cast(list[JsonObject], cast(list[JsonObject], up["attachments"])[0]["fields"])


def test_the_weather_is_asked_for_once_in_ten_minutes(local: Local) -> None:
    example = read_example(ROOT / "examples/weather")
    berlin = next(fixture for fixture in example.fixtures if fixture.name == "berlin")
    runner = Runner(local.scripts, LocalHost(environment={}))
    subject = opened(local, example.folder)
    asked = local.do(runner.run(subject, berlin))
    # The second has no recorded answers: it can only be what was remembered.
    remembered = local.do(runner.run(subject, replace(berlin, exchanges=())))
    assert remembered.failure is None
    assert remembered.messages == asked.messages


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("alert-digest", "two-new"),
        ("github", "workflow-run-failed"),
        ("gitlab", "pipeline-failed"),
        ("jenkins", "unstable"),
        ("uptime-kuma", "down"),
        ("weather", "berlin"),
    ],
)
def test_a_full_store_keeps_nothing_from_being_told(local: Local, name: str, payload: str) -> None:
    example = read_example(ROOT / "examples" / name)
    fixture = next(fixture for fixture in example.fixtures if fixture.name == payload)
    full = ScratchValues([StoredValue(f"key {number}", "0", None, 0) for number in range(MAX_KEYS)])
    ran = local.do(
        Runner(local.scripts, LocalHost(environment={}, values=full)).run(opened(local, example.folder), fixture)
    )
    assert len(ran.messages) == 1, ran.failure
    assert any("not kept" in str(line["text"]) for report in ran.reports for line in report.log)


def test_the_digest_says_a_thing_once_until_it_changes(local: Local) -> None:
    example = read_example(ROOT / "examples/alert-digest")
    runner = Runner(local.scripts, LocalHost(environment={}))
    subject = local.open(example.script, example.integration)

    def report(state: str, *hosts: str) -> list[str]:
        alerts = ", ".join(f'{{"name": "cpu", "host": "{host}", "state": "{state}"}}' for host in hosts)
        ran = local.do(runner.run(subject, Fixture("report", f'{{"alerts": [{alerts}]}}'.encode())))
        assert ran.failure is None, ran.failure
        return [str(message["text"]) for message in ran.messages]

    said = [report("firing", "a"), report("firing", "a"), report("firing", "b", "a"), report("resolved", "a")]
    assert said == [["1 alert firing"], [], ["2 alerts firing"], ["1 alert firing"]]
    assert [report("resolved", "b"), report("resolved", "b")] == [["All quiet"], []]
