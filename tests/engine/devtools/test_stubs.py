"""The stubs: complete, as the server has it, and right for every example and for mistakes."""

import ast
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from engine.attachments import normalise_attachments
from engine.devtools.files import FixtureError
from engine.devtools.hook_fields import TABLES, Field
from engine.devtools.message_fields import ATTACHMENT, MESSAGE, RESULTS, SYNONYMS
from engine.devtools.stubs import stub_files, write_stubs
from engine.model.json import JsonValue
from engine.posting import normalise
from engine.scripts import library_table

ROOT = Path(__file__).parents[3]
MYPY_SECONDS = 120
HEADER = """\
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from hookcell.types import *
"""
TYPED = {
    "def process_incoming(request)": "def process_incoming(request: IncomingRequest) -> IncomingResult",
    "def prepare_outgoing_request(request)": "def prepare_outgoing_request(request: OutgoingRequest) -> PrepareResult",
    "def process_outgoing_response(request, response)": (
        "def process_outgoing_response(request: OutgoingRequest, response: OutgoingResponse) -> ResponseResult"
    ),
}
# what these return is put together in variables
LOOSE = ("ticket-lookup", "incidents")
WRONG = """\
from hookcell import http, log, secrets, store
from hookcell.types import IncomingRequest, IncomingResult, OutgoingResponse, PrepareResult, ResponseResult
def process_incoming(request: IncomingRequest) -> None:
    request["contnt"]
    request["method"] + 1
    http.get("https://x.example", json={})
    http.fetch("https://x.example")
    store.keys(1)
    secrets.get("a")
    log.info()
def process_outgoing_response(request: IncomingRequest, response: OutgoingResponse) -> None:
    response["status"]
    response["error"]["kind"]
def one() -> IncomingResult:
    return {"content": {"txt": "x"}}
def two() -> IncomingResult:
    return {"content": {"text": "x", "attachments": [{"colour": "red"}]}}
def three() -> PrepareResult:
    return {"uri": "https://x.example", "method": "POST"}
def four() -> ResponseResult:
    return {"message": "x"}
store.set("a", object())
store.append("a", {1})
store.swap("a", object(), 1)
def right() -> IncomingResult:
    store.set("a", {"b": [1, None]})
    return {"content": {"msg": "x", "attachments": [{"color": "red"}]}, "response": {"a": 1}}
"""


def mypy(folder: Path) -> str:
    """What it says of the folder's files, which it knows by their names, wherever the folder is."""
    write_stubs(folder / "typings")
    command = [sys.executable, "-m", "mypy", "--check-untyped-defs", "--no-error-summary", "--hide-error-context"]
    command += ["--config-file", "", "--cache-dir", str(ROOT / ".mypy_cache" / "stubs")]
    done = subprocess.run(
        [*command, *sorted(file.name for file in folder.glob("*.py"))],
        cwd=folder,
        env={"MYPYPATH": "typings", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=MYPY_SECONDS,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.timeout(2 * MYPY_SECONDS)
def test_every_example_is_right_and_every_mistake_is_found(tmp_path: Path) -> None:
    for script in sorted((ROOT / "examples").rglob("script.py")):
        text = script.read_text()
        for plain, typed in TYPED.items():
            text = text.replace(plain, typed.replace("-> ", "-> Loose") if script.parent.name in LOOSE else typed)
        docstring = ast.get_docstring(ast.parse(text), clean=False) or ""
        head, mark, rest = text.partition(f'"""{docstring}"""\n')
        (tmp_path / f"{script.parent.name.replace('-', '_')}.py").write_text(head + mark + HEADER + rest)
    assert len(list(tmp_path.iterdir())) >= 6
    (tmp_path / "wrong.py").write_text(WRONG)
    found = mypy(tmp_path).splitlines()
    assert [line for line in found if not line.startswith("wrong.py")] == []
    lines = {int(number) for number in re.findall(r"wrong\.py:(\d+): error", "\n".join(found))}
    assert lines == {4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 17, 19, 21, 22, 23, 24}


def test_every_service_has_all_its_names_with_the_sandboxs_own_arguments() -> None:
    services = import_module("sandbox.library.services")
    for name in library_table()["hookcell"]:
        tree = ast.parse(stub_files()[f"hookcell/{name}.pyi"])
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
        assert {*functions, *classes} == set(library_table()[f"hookcell.{name}"])
        for function, node in functions.items():
            own = getattr(services, f"{name}_{function}", None) or getattr(services, function)
            parameters = inspect.signature(own).parameters
            said = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            wanted = [each for each in parameters if parameters[each].kind is not inspect.Parameter.VAR_KEYWORD]
            assert said[: len(wanted)] == wanted, f"{name}.{function}"


def test_the_types_have_every_table_and_hide_nothing() -> None:
    tree = ast.parse(stub_files()["hookcell/types.pyi"])
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    assert classes == [table.name for table in (*RESULTS, *TABLES)]
    assert "from hookcell import types as types" in stub_files()["hookcell/__init__.pyi"]


def test_the_fields_of_a_message_are_those_that_posting_keeps() -> None:
    values: dict[str, JsonValue] = {"fields": [], "ts": 1, "collapsed": True, "title_link_download": True}

    def value(field: Field) -> JsonValue:
        return values.get(field.name, "https://x.example/" if field.name.endswith(("_url", "_link", "_icon")) else "x")

    _, dropped = normalise_attachments([{field.name: value(field) for field in ATTACHMENT.fields}])
    assert dropped == []
    every = [*MESSAGE.keys, *SYNONYMS]
    kept: dict[str, JsonValue] = {
        "attachments": [],
        "customFields": {},
        "parseUrls": True,
        "groupable": True,
        "avatar": "",
        "icon_url": "",
    }
    body: dict[str, JsonValue] = {key: kept.get(key, "x") for key in every}
    content = normalise({**body, "mine": 1})
    assert content.dropped == ("mine",)


def test_stubs_are_written_again_but_over_nothing_of_anybody_elses(tmp_path: Path) -> None:
    assert write_stubs(tmp_path) == write_stubs(tmp_path)
    (tmp_path / "hookcell/http.pyi").write_text("# mine\n")
    (tmp_path / "hookcell/log.pyi").unlink()
    with pytest.raises(FixtureError, match="was not written by hookcell stubs"):
        write_stubs(tmp_path)
    assert not (tmp_path / "hookcell/log.pyi").exists()
    with pytest.raises(FixtureError, match="cannot be written"):
        write_stubs(tmp_path / "hookcell/http.pyi")


@pytest.mark.parametrize("own", ["hookcell/__init__.py", "hookcell/mine.pyi", "hookcell.py", "hookcell/deep/x.py"])
def test_a_package_of_somebody_elses_is_left_as_it_is(tmp_path: Path, own: str) -> None:
    (tmp_path / own).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / own).write_text("")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(FixtureError, match="choose another folder|cannot be read"):
        write_stubs(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
