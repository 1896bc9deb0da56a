import tomllib
from pathlib import Path

import pytest

from engine.devtools.files import FixtureError
from engine.devtools.integration_edit import MAX_BYTES, edited, toml
from engine.model.json import JsonObject, JsonValue

FILE = Path("integration.toml")
TEXT = """\
# what it is
type = "webhook-outgoing"
name = "Tickets"   # as people say # it

urls = [
    "https://one.example",  # the first
    "https://two.example",
]
alias = 'the # alias'  # shown
triggerWords = ["!a"]

[hookcell]
# kept short
history = "off"
loopDepth = 2
"""


def test_what_is_not_changed_stays_as_it_was_written() -> None:
    assert edited(TEXT, {}, FILE) == TEXT
    assert edited(TEXT, {"name": "Tickets", "urls": ["https://one.example", "https://two.example"]}, FILE) == TEXT


def test_values_change_and_comments_stay() -> None:
    values: JsonObject = {
        "name": 'A "new" name',
        "alias": "x",
        "triggerWords": None,
        "emoji": ":a:",
        "urls": ["https://a.example"],
    }
    assert (
        edited(TEXT, values, FILE)
        == """\
# what it is
type = "webhook-outgoing"
name = "A \\"new\\" name"  # as people say # it

urls = ["https://a.example"]
alias = "x"  # shown
emoji = ":a:"

[hookcell]
# kept short
history = "off"
loopDepth = 2
"""
    )


def test_our_keys_come_below_a_note_and_above_tables_and_change_in_place() -> None:
    once = edited(TEXT, {"_id": "abc", "_updatedAt": "1"}, FILE, note="kept by hookcell")
    assert '\n\n# kept by hookcell\n_id = "abc"\n_updatedAt = "1"\n\n[hookcell]' in once
    twice = edited(once, {"_updatedAt": "2", "emoji": ":a:"}, FILE, note="kept by hookcell")
    assert twice.count("# kept by hookcell") == 1 and tomllib.loads(twice)["_updatedAt"] == "2"
    assert twice.index("emoji") < twice.index("# kept by hookcell")


def test_a_table_is_changed_by_its_keys_or_goes() -> None:
    assert edited(TEXT, {"hookcell": {"history": "full", "loopGuard": False}}, FILE).endswith(
        '[hookcell]\n# kept short\nhistory = "full"\nloopGuard = false\n'
    )
    assert "hookcell" not in edited(TEXT, {"hookcell": None}, FILE)
    assert 'hookcell = { history = "off" }' in edited('type = "x"\n', {"hookcell": {"history": "off"}}, FILE)
    assert (
        edited('hookcell = { history = "off" }', {"hookcell": {"history": "full"}}, FILE)
        == 'hookcell = { history = "full" }\n'
    )


@pytest.mark.parametrize(
    "text", ["", 'a = """\nx = 1\n"""\nb = 2', "a = 1\r\nb = 2\r\n", '"a b" = 1', "'it' = 2", "a.b = 1\nc = 2"]
)
def test_every_way_of_writing_it_is_read_again(text: str) -> None:
    assert tomllib.loads(edited(text, {"new": "x"}, FILE)) == {**tomllib.loads(text), "new": "x"}


def test_lines_end_as_they_did() -> None:
    windows = TEXT.replace("\n", "\r\n")
    done = edited(windows, {"_id": "abc", "emoji": ":a:"}, FILE, note="kept by hookcell")
    assert done.count("\n") == done.count("\r\n") > windows.count("\r\n")
    assert done.replace("\r\n", "\n") == edited(TEXT, {"_id": "abc", "emoji": ":a:"}, FILE, note="kept by hookcell")


@pytest.mark.parametrize(
    "value", ["", 'a "b" \\ # c', "ü\n\t\x00\x1f\x7f\u2028", "😀", True, 3, 2.5, [1, "a", [True]], {"a b": {"c": [1]}}]
)
def test_values_are_written_as_toml_reads_them(value: JsonValue) -> None:
    assert tomllib.loads(f"x = {toml(value)}") == {"x": value}


def test_what_cannot_be_edited_says_so() -> None:
    with pytest.raises(FixtureError, match="cannot be edited"):
        edited("a = ", {"b": 1}, FILE)
    with pytest.raises(FixtureError, match="cannot be edited"):
        edited("a.b = 1\n", {"a": {"b": 2}}, FILE)
    with pytest.raises(FixtureError, match="256 KiB"):
        edited("#" * (MAX_BYTES + 1), {"a": 1}, FILE)
