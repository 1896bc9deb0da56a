import builtins
import dataclasses
import typing

import pytest

from sandbox import Completed
from sandbox.library import caches
from sandbox.library.caches import CODES_KEPT, LONGEST_KEPT, run_text, value_of_text
from tests.sandbox.cells import Cells

CLASSES = """
from collections import namedtuple
from dataclasses import dataclass, field

def process_incoming(request):
    @dataclass(order=True)
    class Note:
        text: str = request["text"]
        marks: list = field(default_factory=list)

    Pair = namedtuple("Pair", "left right", defaults=[request["text"]])
    note = Note()
    note.marks.append(1)
    return [note.text, note.marks, repr(Note("b")), Note("a") < Note("b"), list(Pair(1))]
"""


def test_classes_made_of_the_same_code_share_no_value(cells: Cells) -> None:
    for text in ("first", "second", "first"):
        outcome = cells.call(CLASSES, {"text": text})
        assert isinstance(outcome, Completed), outcome
        shown = "process_incoming.<locals>.Note(text='b', marks=[])"
        assert outcome.value == [text, [1], shown, True, [1, text]]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    caches._codes.clear()


def test_the_kept_code_is_bounded_in_number_and_length() -> None:
    for number in range(CODES_KEPT * 2 + 1):
        names: dict[str, int] = {}
        run_text(f"x = {number}", {}, names)
        assert names == {"x": number} and len(caches._codes) <= CODES_KEPT
    kept = len(caches._codes)
    assert value_of_text("1" + " " * LONGEST_KEPT, {}) == 1
    assert len(caches._codes) == kept


def test_the_text_of_a_method_reaches_no_module_and_no_builtin_but_its_own() -> None:
    for text in ("open", "__import__", "typing", "dataclasses", "eval", "object", "getattr"):
        with pytest.raises(NameError):
            run_text(f"x = {text}", {"__builtins__": builtins, "typing": typing, "dataclasses": dataclasses}, {})
    made: dict[str, type] = {}
    with pytest.raises(TypeError):
        run_text("x = type('X', (), {})", {}, made)


def test_kept_code_runs_on_the_names_it_is_given() -> None:
    assert [value_of_text("a + 1", {"a": a}) for a in (1, 2)] == [2, 3]
    assert len(caches._codes) == 1
