"""Every folder of examples/ is complete, and each of its payloads comes to what expected/ says.

`RUN` is the one place that decides what runs the scripts.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.devtools import Example, Fixture, compare, read_example
from engine.model.json import JsonObject, JsonValue
from tests.examples.plain import run_plain

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(folder for folder in (ROOT / "examples").iterdir() if folder.is_dir())
READMES = [ROOT / "examples/README.md", *(folder / "README.md" for folder in FOLDERS)]
RUN: Callable[[Example, Fixture], JsonObject] = run_plain


def fixtures() -> list[tuple[Example, Fixture]]:
    return [(example, fixture) for example in map(read_example, FOLDERS) for fixture in example.fixtures]


@pytest.mark.parametrize(
    ("example", "fixture"), [pytest.param(*case, id=f"{case[0].folder.name}-{case[1].name}") for case in fixtures()]
)
def test_a_payload_comes_to_what_is_expected(example: Example, fixture: Fixture) -> None:
    assert fixture.expected is not None, f"write expected/{fixture.name}.json"
    assert compare(fixture.expected, RUN(example, fixture)) == []


def test_the_examples_of_the_front_page_are_here() -> None:
    assert [folder.name for folder in FOLDERS] == ["alertmanager", "echo-outgoing", "github-push"]


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


def test_the_scripts_of_the_readme_do_what_it_says() -> None:
    deploy, issue = re.findall(r"```python\n(.*?)```", READMES[0].read_text(), re.DOTALL)
    (body,) = re.findall(r"```json\n(.*?)```", READMES[0].read_text(), re.DOTALL)
    opened = b'{"action": "opened", "issue": {"title": "No sound", "labels": [{"name": "bug", "color": "a30200"}]}}'
    closed = opened.replace(b"opened", b"closed")
    assert posted(deploy, body.encode()) == [{"text": "*relay* 1.4.0 is live"}]
    assert posted(issue, opened) == [
        {"text": "New issue: No sound", "attachments": [{"title": "bug", "color": "#a30200"}]}
    ]
    assert posted(issue, closed) == []


def posted(script: str, body: bytes) -> JsonValue:
    integration: JsonObject = {"type": "webhook-incoming", "name": "Readme", "channel": "#general"}
    return RUN(Example(ROOT, script, integration, ()), Fixture("readme", body))["messages"]
