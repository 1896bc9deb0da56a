"""`check`: what it looks at, what it finds in a cell, how findings are written down."""

from pathlib import Path

import pytest

from engine.devtools.checking import Checked, check_all, findings_of, scripts_under
from engine.devtools.files import FixtureError
from engine.devtools.findings import as_github, as_text
from engine.devtools.fixtures import Fixture, FixtureResponse
from engine.devtools.hook_fields import (
    INCOMING_REQUEST,
    INTEGRATION,
    OUTGOING_REQUEST,
    POSTER,
    RESPONSE,
    URL,
    URL_PARAMS,
    Table,
)
from engine.model.json import JsonObject
from engine.scripts import Kind
from tests.engine.devtools.local import Local

SCRIPT = "def process_incoming(request):\n    return request['content']\n"


def touched(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SCRIPT)


def names(folder: Path) -> list[str]:
    return [str(file.relative_to(folder)) for file in scripts_under([folder])]


def test_of_a_folder_each_script_py_is_looked_at(tmp_path: Path) -> None:
    touched(tmp_path, "a/script.py", "b/script.py", "b/test_it.py", ".venv/script.py", "__pycache__/script.py", "c.txt")
    assert names(tmp_path) == ["a/script.py", "b/script.py"]


def test_of_a_folder_without_script_py_every_python_file(tmp_path: Path) -> None:
    touched(tmp_path, "b.py", "a.py", "deep/c.py")
    assert names(tmp_path) == ["a.py", "b.py", "deep/c.py"]
    assert scripts_under([tmp_path / "a.py", tmp_path, tmp_path / "nope.py"])[-1] == tmp_path / "nope.py"


def test_a_folder_without_scripts_and_a_loop_of_links_are_told(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path)
    with pytest.raises(FixtureError, match="has no script in it"):
        scripts_under([tmp_path])


@pytest.mark.parametrize(
    ("source", "kind", "found"),
    [
        ("def process_incoming(request):\n    return open('x')\n", None, ["2:12 open"]),
        ("x = {}['a']\n" + SCRIPT, None, ["1:1 does-not-load"]),
        ("def process_incoming(a, b):\n    return None\n", None, ["1:1 hook-arguments"]),
        ("x = 1\n", None, ["1:1 missing-hook"]),
        ("def prepare_outgoing_request(request):\n    return request\n", None, []),
        ("def prepare_outgoing_request(request):\n    return request\n", "incoming", ["1:1 missing-hook"]),
        (SCRIPT, "outgoing", ["1:1 missing-hook"]),
        ("def process_incomin(request):\n    return 1\n", "incoming", ["1:1 misspelt-hook"]),
        (SCRIPT, "incoming", []),
    ],
)
def test_findings_of_the_cell_and_of_the_lints_are_one_list(
    local: Local, source: str, kind: Kind | None, found: list[str]
) -> None:
    findings = local.do(findings_of(local.scripts, source, kind))
    places = [f"{one['line']}:{one['column']} {one['rule']}" for one in findings]
    assert places == found


def test_the_byte_order_mark_of_an_editor_is_no_part_of_a_script(local: Local) -> None:
    assert local.do(findings_of(local.scripts, "\ufeff" + SCRIPT, "incoming")) == []


def test_a_missing_hook_says_which_are_looked_for(local: Local) -> None:
    incoming, either = (local.do(findings_of(local.scripts, "x = 1\n", kind))[0] for kind in ("incoming", None))
    assert incoming["message"] == (
        "The script of an incoming integration must define `def process_incoming(request)`; it defines no hook."
    )
    assert either["hint"] == "Define `process_incoming`, `prepare_outgoing_request` or `process_outgoing_response`."


def test_files_come_back_in_their_order_with_those_that_cannot_be_read(local: Local, tmp_path: Path) -> None:
    touched(tmp_path, *(f"{number:02}.py" for number in range(20)))
    (tmp_path / "05.py").write_bytes(b"\xff")
    files = scripts_under([tmp_path])

    async def all_of_them() -> list[Checked | FixtureError]:
        return [one async for one in check_all(local.scripts, files)]

    found = local.do(all_of_them())
    assert [one.file for one in found] == files
    assert [one.file.name for one in found if isinstance(one, FixtureError)] == ["05.py"]


def test_nothing_of_a_script_acts_on_a_workflow() -> None:
    finding: JsonObject = {
        "line": 1,
        "column": 2,
        "endLine": 1,
        "endColumn": 3,
        "rule": "a,b:c",
        "message": "100%\n::error::x",
        "hint": "",
    }
    assert list(as_github(Checked(Path("a,b.py"), "x\n", (finding,)))) == [
        "::error file=a%2Cb.py,line=1,endLine=1,col=2,endColumn=3,title=hookcell a%2Cb%3Ac::100%25%0A::error::x"
    ]


def test_a_finding_is_shown_with_its_line_and_a_caret() -> None:
    finding: JsonObject = {
        "line": 2,
        "column": 3,
        "endLine": 2,
        "endColumn": 5,
        "rule": "r",
        "message": "Wrong.",
        "hint": "Write it otherwise.",
    }
    assert as_text(Checked(Path("a.py"), "x\nabcdef\n", (finding,))) == [
        "a.py:2:3: Wrong.",
        "    abcdef",
        "      ^^",
        "    Write it otherwise.",
    ]
    assert as_text(Checked(Path("a.py"), "x\n", ())) == []


KEYS = """
def process_incoming(request):
    nested = [sorted(request[key]) for key in ("url", "url_params", "user", "integration")]
    return {"content": {"text": str([sorted(request), *nested])}}
def prepare_outgoing_request(request):
    return {"message": str([sorted(request), sorted(request["integration"])]), **request}
def process_outgoing_response(request, response):
    return str([sorted(request), sorted(response)])
"""


def test_the_fields_described_are_those_a_hook_is_given(local: Local) -> None:
    def keys(*tables: Table) -> str:
        return str([sorted(table.keys) for table in tables])

    incoming = local.ran(KEYS, Fixture("a", b"{}"))
    assert [each["text"] for each in incoming.messages] == [
        keys(INCOMING_REQUEST, URL, URL_PARAMS, POSTER, INTEGRATION)
    ]
    outgoing = local.ran(KEYS, Fixture("a", b"{}", response=FixtureResponse()), {"type": "webhook-outgoing"})
    assert [each["text"] for each in outgoing.messages] == [
        keys(OUTGOING_REQUEST, INTEGRATION),
        keys(OUTGOING_REQUEST, RESPONSE),
    ]
