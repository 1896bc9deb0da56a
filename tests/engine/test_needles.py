"""Many texts looked for in one pass are those that one search each finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import needles
from engine.needles import Needles

# few letters, so that much occurs, and some of more than one byte
TEXTS = st.text("abé\U0001f600\ud800", min_size=1, max_size=24)


@given(st.lists(TEXTS, max_size=8), st.lists(TEXTS, max_size=8))
def test_what_is_found_is_what_is_there(wanted: list[str], parts: list[str]) -> None:
    text = "".join(parts)
    found = Needles(wanted)
    assert found.within(text) == [each for each in dict.fromkeys(wanted) if each in text]
    assert found.any_within(text) is bool(found.within(text))


@pytest.mark.parametrize("length", [1, 3, 6, 7, 8, 14, 15, 16, 40])
def test_a_text_of_any_length_is_found_at_any_place(length: int) -> None:
    wanted = "".join(chr(ord("0") + place) for place in range(length))
    for before in range(20):
        for after in range(10):
            assert Needles([wanted]).within("x" * before + wanted + "y" * after) == [wanted]
            assert Needles([wanted]).within("x" * before + wanted[:-1] + "y" * after) == []


@pytest.mark.parametrize("before", range(-20, 3))
def test_one_that_lies_across_two_pieces_is_found(monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    monkeypatch.setattr(needles, "_PIECE", 64)
    text = "x" * (64 + before) + "a needle of some length" + "y" * 100
    assert Needles(["a needle of some length"]).within(text) == ["a needle of some length"]
