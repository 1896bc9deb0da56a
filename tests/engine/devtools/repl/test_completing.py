"""What Tab offers; that nothing is run for it is seen in a script that would tell."""

from pathlib import Path

import pytest

from engine.devtools.repl import Repl
from engine.devtools.repl.completing import MAX_OFFERED, Offer, Scope, complete
from engine.devtools.repl.names import MAX_TEXT, names_in
from engine.devtools.runner import Runner
from engine.model.json import JsonObject
from tests.engine.devtools.local import Local, printer

SCRIPT = """
import json
import urllib.parse as up
import urllib.parse
from hookcell import http
from datetime import datetime as when
LIMIT = 3
first, (second, *third) = 1, (2, 3)
try:
    with x as y:
        for n in range(3):
            found = n
except KeyError:
    lost = 1
class Card:
    colour = "red"
def process_incoming(request):
    alert = request["content"]["alerts"][0]
    labels = alert["labels"]
    inner = 1
"""
VALUES: JsonObject = {
    "request": {"content": {"alerts": [{"labels": {"severity": "page", "alertname": "x"}}], "it's": 1}, "headers": {}},
    "payload": {"alerts": [{"labels": {"severity": "page"}}], "text": "x"},
}
SCOPE = Scope(names_in(SCRIPT), VALUES, ("payload", "run", "save"))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("LIM", ["LIMIT"]),
        ("x = Car", ["Card"]),
        ("second + thi", ["third"]),
        ("los", ["lost"]),
        ("process_", ["process_incoming"]),
        ("payl", ["payload"]),
        ("sorte", ["sorted"]),
        ("nonl", ["nonlocal"]),
        ("inne", []),
        ("def run(amount):\n    return amo", ["amount"]),
        # members of the library, and of what a payload has
        ("json.du", ["dumps"]),
        ("json.", ["JSONDecodeError", "JSONEncoder", "dumps", "loads"]),
        ("up.quote_f", ["quote_from_bytes"]),
        ("urllib.parse.quote_f", ["quote_from_bytes"]),
        ("http.pa", ["patch"]),
        ("when.strp", []),
        ("payload['text'].uppe", ["upper"]),
        ("payload['alerts'].appe", ["append"]),
        ("payload.setd", ["setdefault"]),
        ("nothing.app", []),
        ("1.re", []),
        # imports
        ("import stati", ["statistics"]),
        ("import json, stati", ["statistics"]),
        ("from urllib.pa", ["urllib.parse"]),
        ("from json import du", ["dumps"]),
        ("from hookcell import http, se", ["secrets"]),
        # keys
        ('request["con', ['content"]']),
        ("request['con", ["content']"]),
        ("request[", ['"content"]', '"headers"]']),
        ('request["content"]["al', ['alerts"]']),
        ('request["content"]["alerts"][0]["labels"]["', ['alertname"]', 'severity"]']),
        ('request["content"]["alerts"][-1]["lab', ['labels"]']),
        ('request["content"]["alerts"][1]["lab', []),
        ('request.get("content").get("al', ['alerts")']),
        ('f(request["content"]["al', ['alerts"]']),
        ('alert["la', ['labels"]']),
        ('labels["sev', ['severity"]']),
        ('LIMIT["', []),
        ('one = payload["alerts"][0]\none["labels"]["sev', ['severity"]']),
        # texts and comments
        ("'LIM", []),
        ("x = 1  # LIM", []),
        ("'''\nLIM", []),
        ("'a' + LIM", ["LIMIT"]),
        # commands
        (":", [":payload", ":run", ":save"]),
        (":pa", [":payload"]),
        (":run LIM", []),
        ("", []),
    ],
)
def test_what_is_offered(typed: str, offered: list[str]) -> None:
    assert list(complete(typed, SCOPE).texts) == offered


def test_what_is_offered_takes_the_place_of_what_was_begun() -> None:
    assert complete('request["con', SCOPE) == Offer(('content"]',), 3)
    assert complete("x = LIM", SCOPE) == Offer(("LIMIT",), 3)


def test_a_name_that_goes_in_circles_has_no_keys() -> None:
    assert complete('a = b["x"]\nb = a["x"]\na["', SCOPE).texts == ()


def test_what_was_typed_later_hides_what_was_imported() -> None:
    names = names_in("import json").with_those_of(names_in("json = 3"))
    assert complete("json.du", Scope(names)).texts == ()


def test_files_are_offered_for_a_payload(tmp_path: Path) -> None:
    (tmp_path / "payloads").mkdir()
    (tmp_path / "push.json").write_text("{}")
    (tmp_path / ".hidden").write_text("")
    assert complete(f":payload {tmp_path}/p", SCOPE).texts == ("payloads/", "push.json")
    assert complete(f":payload {tmp_path}/nope/p", SCOPE).texts == ()


def test_it_is_bounded() -> None:
    many: JsonObject = {"payload": {f"key{number}": 1 for number in range(1_000)}}
    assert len(complete('payload["', Scope(values=many)).texts) == MAX_OFFERED
    assert complete("(" * 100_000 + "LIM", SCOPE).texts == ("LIMIT",)
    assert complete("a['b']" * 50_000 + "[", SCOPE) == Offer()
    assert complete("[" + "\\" * 100_000, SCOPE) == Offer()


@pytest.mark.parametrize(
    "text", ["def f(:", "(" * 10_000, "-" * 100_000 + "1", "x = 1\n" * MAX_TEXT, "\0", "x = '\ud800'"]
)
def test_what_cannot_be_parsed_defines_nothing(text: str) -> None:
    assert names_in(text).defined == frozenset()


def test_nothing_is_run_to_complete(local: Local, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def process_incoming(request):\n    return 1\ndef helper():\n    return 2\n")
    (tmp_path / "hello.json").write_text('{"deep": {"er": 1}}')
    show, printed = printer()
    repl = Repl(Runner(local.scripts), show, file)

    async def offered(*typed: str) -> list[tuple[str, ...]]:
        await repl.start(tmp_path / "hello.json")
        await repl.feed("print('once')")
        await repl.feed("mine = payload['deep']")
        return [(await repl.completions(text)).texts for text in typed]

    found = local.do(offered("helpe", "mine", "mine['", "request['content']['de", "print('again').x", ":he"))
    assert found == [("helper",), (), ("er']",), ("deep']",), (), (":help",)]
    assert printed.getvalue() == "once\n"
