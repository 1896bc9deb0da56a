"""Every folder of examples/ is complete, and each of its payloads comes, in the sandbox, to what expected/ says."""

import re
from pathlib import Path

import pytest

from engine.devtools import Example, Fixture, compare, read_example
from engine.devtools.local_services import LocalHost
from engine.devtools.runner import Runner
from engine.model.json import JsonValue
from tests.engine.devtools.local import Local

ROOT = Path(__file__).parents[2]
# own-repository is no such folder: it has a test of its own, the one that it shows
FOLDERS = sorted(file.parent for file in (ROOT / "examples").glob("*/integration.toml"))
READMES = [ROOT / "examples/README.md", *(folder / "README.md" for folder in FOLDERS)]


def fixtures() -> list[tuple[Example, Fixture]]:
    return [(example, fixture) for example in map(read_example, FOLDERS) for fixture in example.fixtures]


@pytest.mark.parametrize(
    ("example", "fixture"), [pytest.param(*case, id=f"{case[0].folder.name}-{case[1].name}") for case in fixtures()]
)
def test_a_payload_comes_to_what_is_expected(local: Local, example: Example, fixture: Fixture) -> None:
    assert fixture.expected is not None, f"write expected/{fixture.name}.json"
    assert compare(fixture.expected, local.outcome(example, fixture)) == []


def test_the_index_has_every_example() -> None:
    index = re.findall(r"^\| \[([\w-]+)\]\((?:[\w-]+)/README\.md\)", READMES[0].read_text(), re.MULTILINE)
    assert sorted(index) == [folder.name for folder in FOLDERS]


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


def test_the_scripts_of_the_readme_do_what_it_says(local: Local) -> None:
    deploy, issue = re.findall(r"```python\n(.*?)```", READMES[0].read_text(), re.DOTALL)
    (body,) = re.findall(r"```json\n(.*?)```", READMES[0].read_text(), re.DOTALL)
    opened = b'{"action": "opened", "issue": {"title": "No sound", "labels": [{"name": "bug", "color": "a30200"}]}}'
    closed = opened.replace(b"opened", b"closed")
    live: list[JsonValue] = [{"text": "*relay* 1.4.0 is live"}]
    new: list[JsonValue] = [{"text": "New issue: No sound", "attachments": [{"title": "bug", "color": "#a30200"}]}]
    for script, payload, expected in [(deploy, body.encode(), live), (issue, opened, new), (issue, closed, [])]:
        ran = local.ran(script, Fixture("readme", payload))
        assert compare({"messages": expected}, ran.outcome(outgoing=False)) == []


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
