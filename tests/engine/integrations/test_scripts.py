import re

import pytest

from engine.store.integrations import get_integration
from engine.store.scripts import get_code
from tests.engine.registries import Desk, incoming, outgoing

SENDS = "def prepare_outgoing_request(request):\n    return request\n"
ANSWERS = "def process_incoming(request):\n    return {'content': {'text': 'hello'}}\n"


def test_a_script_is_compiled_once_it_is_saved_and_its_code_is_not_in_the_record(desk: Desk) -> None:
    record = desk.create(outgoing(script=SENDS, scriptEnabled=True))
    assert re.fullmatch(r"restrictedpython-\d+/cpython-3\.\d+/sha256:[0-9a-f]{64}", record["scriptCompiled"])
    saved = desk.run(desk.registry.store.read(get_integration, record["_id"]))
    assert saved is not None and saved.code is not None
    stored = desk.run(desk.registry.store.read(get_code, saved.code))
    assert stored is not None and stored[1] == ("prepare_outgoing_request",)


@pytest.mark.parametrize(
    ("script", "name", "line"),
    [("def process_incoming(request:\n", "SyntaxError", 1), ("x = 1\n1 / 0\n", "ZeroDivisionError", None)],
)
def test_a_script_that_cannot_run_saves_with_its_error(desk: Desk, script: str, name: str, line: int | None) -> None:
    record = desk.create(incoming(script=script, scriptEnabled=True))
    assert record["script"] == script and "scriptCompiled" not in record
    error = record["scriptError"]
    assert error["name"] == name and error["message"] and error["stack"]
    assert [diagnostic["line"] for diagnostic in error["diagnostics"]] == ([] if line is None else [line])


def test_a_script_without_the_hook_of_its_kind_is_told_what_it_has(desk: Desk) -> None:
    error = desk.create(incoming(script=SENDS, scriptEnabled=True))["scriptError"]
    assert error["name"] == "MissingHook" and "prepare_outgoing_request" in error["message"]
    assert "scriptError" in desk.create(outgoing(script=ANSWERS, scriptEnabled=True))


@pytest.mark.parametrize(("script", "enabled"), [("not python (", False), ("  \n", True), (None, True), ("", True)])
def test_a_script_that_is_off_or_blank_is_text_only(desk: Desk, script: str | None, enabled: bool) -> None:
    record = desk.create(incoming(script=script, scriptEnabled=enabled))
    assert record.get("script") == script
    assert not {"scriptCompiled", "scriptError"} & record.keys()
