"""What examples/README.md tells authors is so: its scripts, idioms, refusals, commands and tables."""

import json
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.core import TyperGroup

from api.cli import COMMANDS
from engine.devtools import compare, read_fixture
from engine.devtools.checking import findings_of
from engine.model.json import JsonObject, JsonValue
from engine.scripts import Kind
from tests.engine.devtools.local import Local
from tests.examples.tables import README, filled

TEXT = README.read_text()
SCRIPTS = dict(re.findall(r"```python\n# ([\w.]+)\n(.*?)```", TEXT, re.DOTALL))
OUTGOING: JsonObject = {"type": "webhook-outgoing", "urls": ["https://search.example.com/find"], "event": "sendMessage"}
TOKEN = '[headers]\nX-CI-Token = "right"\n\n[secrets]\nci-token = "right"\nci = "recorded"\n'


@dataclass(frozen=True)
class Run:
    """A payload with the files beside it, and what comes of it."""

    payload: JsonObject
    expected: JsonObject
    beside: tuple[tuple[str, str], ...] = ()
    record: JsonObject | None = None


def recorded(url: str, body: JsonValue) -> tuple[str, str]:
    return ".http.json", json.dumps([{"request": {"method": "GET", "url": url}, "response": {"body": body}}])


def event(text: str) -> JsonObject:
    return {"text": text, "user_name": "ann", "channel_id": "GENERAL", "channel_name": "general"}


def posted(*messages: JsonValue) -> JsonObject:
    return {"messages": list(messages)}


DEPLOY: JsonObject = {"service": "relay", "version": "1.4.0", "state": "succeeded", "log": "3 hosts"}
ISSUE: JsonObject = {"title": "No sound", "labels": [{"name": "bug", "color": "a30200"}]}
BUG: JsonObject = {"text": "New issue: No sound", "attachments": [{"title": "bug", "color": "#a30200"}]}
BUILD = recorded("https://ci.example.com/api/builds/7", {"result": "passed"})
RUNS = {
    "deploys.py": [
        Run(
            DEPLOY, posted({"text": "*relay* 1.4.0 is live", "attachments": [{"color": "#2eb886", "text": "3 hosts"}]})
        ),
        Run(DEPLOY | {"state": "failed"}, posted({"text": "*relay* 1.4.0 was not deployed"})),
        Run(DEPLOY | {"state": "started"}, posted()),
    ],
    "build_status.py": [
        Run(
            {"build": 7},
            posted({"text": "Build 7 has ended: passed (number 1 since we count)"}),
            ((".meta.toml", TOKEN), BUILD),
        ),
        Run({"build": 8}, posted({"text": "Build 8 has ended."}), ((".meta.toml", TOKEN),)),
        Run(
            {"build": 7},
            {"answer": {"status": 400, "body": {"success": False, "error": "The token does not match."}}},
            ((".meta.toml", TOKEN.replace("right", "guessed", 1)), BUILD),
        ),
    ],
    "new_issue.py": [
        Run({"action": "opened", "issue": ISSUE}, posted(BUG)),
        Run({"action": "closed", "issue": ISSUE}, posted()),
        Run({"action": "opened"}, {"answer": {"status": 400, "body": {"success": False, "message": "no issue"}}}),
    ],
    "find.py": [
        Run(event("!find help"), {"request": None, "messages": [{"text": "!find WHAT"}]}, record=OUTGOING),
        Run(
            event("!find the lift"),
            {
                "request": {"method": "GET", "url": "https://search.example.com/find?q=the+lift"},
                "messages": [{"text": "The lift is slow"}],
            },
            ((".response.json", '{"body": {"hits": [{"title": "The lift is slow"}]}}'),),
            OUTGOING,
        ),
        Run(event("!find x"), posted({"text": "Nothing."}), ((".response.json", '{"body": {"hits": []}}'),), OUTGOING),
    ],
    "http_and_store.py": [
        Run(
            {},
            posted({"text": "Countess, asked 1 times"}),
            (recorded("https://api.example.com/users?name=ada", {"title": "Countess"}),),
        ),
        Run({}, posted()),
    ],
}


def test_every_script_has_a_name_and_is_run() -> None:
    assert len(SCRIPTS) == TEXT.count("```python")
    assert set(SCRIPTS) == {*RUNS, "idioms.py"}


@pytest.mark.parametrize("name", RUNS)
def test_a_script_does_what_is_said(local: Local, tmp_path: Path, name: str) -> None:
    kind: Kind = "outgoing" if RUNS[name][0].record else "incoming"
    assert local.do(findings_of(local.scripts, SCRIPTS[name], kind)) == []
    for number, run in enumerate(RUNS[name]):
        payload = tmp_path / f"{number}.json"
        payload.write_text(json.dumps(run.payload))
        for ending, text in run.beside:
            payload.with_name(f"{number}{ending}").write_text(text)
        ran = local.ran(SCRIPTS[name], read_fixture(payload), run.record)
        assert compare(run.expected, ran.outcome(outgoing=kind == "outgoing")) == []


def rows(heading: str) -> list[list[str]]:
    """The code in the cells of the first table below the heading, a bar in it as it is meant."""
    table = TEXT[TEXT.index(f"\n{heading}\n") :].split("|---|\n", 1)[1].split("\n\n", 1)[0]
    lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
    return [[cell.strip().replace("\\|", "|").strip("`") for cell in line] for line in lines]


def test_each_idiom_gives_what_is_said(local: Local, tmp_path: Path) -> None:
    idioms = [(python, json.loads(gives)) for _, python, gives in rows("### Idiom by idiom")]
    values = "".join(f"        {python},\n" for python, _ in idioms)
    payload = tmp_path / "any.json"
    payload.write_text("{}")
    script = SCRIPTS["idioms.py"] + f"\n\ndef values():\n    return [\n{values}    ]\n"
    ran = local.ran(script, read_fixture(payload))
    assert ran.failure is None, ran.failure
    assert ran.answer is not None
    body = ran.answer["body"]
    assert isinstance(body, dict)
    given = body["values"]
    assert isinstance(given, list)
    assert list(zip([python for python, _ in idioms], given, strict=True)) == idioms
    assert len(idioms) >= 50


def snippet(code: str) -> str:
    if code.startswith(("import ", "from ")):
        return f"{code}\n\n\ndef process_incoming(request):\n    return None\n"
    return f'def process_incoming(request):\n    x = request["content"]\n    {code}\n    return x\n'


@pytest.mark.parametrize(("wrong", "right", "rule"), rows("## The language"))
def test_what_is_refused_is_refused_and_what_to_write_instead_is_not(
    local: Local, wrong: str, right: str, rule: str
) -> None:
    found = local.do(findings_of(local.scripts, snippet(wrong), "incoming"))
    assert [each["rule"] for each in found] == [rule]
    assert local.do(findings_of(local.scripts, snippet(right), "incoming")) == []


def test_the_tables_say_what_the_code_says() -> None:
    told = TEXT
    if sys.version_info[:2] != (3, 11):
        # a newer Python has more names in its modules
        kept = re.compile(r"(<!-- table: library -->\n).*?(<!-- end of library -->)", re.DOTALL)
        assert kept.sub(r"\1\2", told) == kept.sub(r"\1\2", filled(told))
        return
    assert told == filled(told), "write them again: python -m tests.examples.tables"


def commands() -> list[list[str]]:
    """The words of each call of hookcell, in blocks and in lines."""
    calls = re.findall(r"(?:^    |`|\| )(hookcell [^`\n|]+)", TEXT, re.MULTILINE)
    return [shlex.split(call) for call in calls]


def test_the_commands_are_there_with_their_options() -> None:
    assert len(commands()) > 8
    for _, name, *words in commands():
        assert name in COMMANDS, name
        command = COMMANDS[name].load()
        if isinstance(command, TyperGroup):
            command = command.commands[words[0]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_the_options_named_in_passing_are_options_of_some_command() -> None:
    options: set[str] = set()
    for row in COMMANDS.values():
        command = row.load()
        for each in command.commands.values() if isinstance(command, TyperGroup) else [command]:
            options |= {option for parameter in each.params for option in parameter.opts}
    assert set(re.findall(r"`(--[a-z]+)", TEXT)) <= options


@pytest.mark.parametrize(
    "file", [README, *sorted(README.parent.glob("*/README.md"))], ids=lambda file: file.parent.name
)
def test_every_link_leads_somewhere(file: Path) -> None:
    for place, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", file.read_text()):
        target = (file.parent / place).resolve() if place else file
        assert target.exists(), place
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
