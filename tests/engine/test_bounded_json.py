import pytest

from engine.bounded_json import MAX_CONTAINERS, MAX_DEPTH, TooComplex, read_json


def nested(levels: int) -> str:
    return '{"a":[' * (levels // 2) + "1" + "]}" * (levels // 2)


def test_json_is_read_as_deep_as_a_script_may_answer() -> None:
    assert read_json(nested(MAX_DEPTH)) == read_json(nested(MAX_DEPTH).encode())
    for text in (nested(MAX_DEPTH + 2), "[" + nested(MAX_DEPTH) + "]", nested(1000)):
        with pytest.raises(TooComplex, match="more than 64 levels"):
            read_json(text)
        with pytest.raises(TooComplex):
            read_json(text.encode())


def test_many_brackets_side_by_side_are_not_deep() -> None:
    text = "[" + ",".join(["{}"] * (MAX_CONTAINERS - 1)) + "]"
    assert read_json(text) == [{}] * (MAX_CONTAINERS - 1)
    with pytest.raises(TooComplex, match="more than 50000 objects and lists"):
        read_json(text.replace("[", "[[],"))


def test_what_is_no_json_is_told_apart_from_too_much_of_it() -> None:
    for text in ("", "{", "NaN", '{"a": 1', "[" * 1000):
        with pytest.raises(ValueError) as caught:
            read_json(text)
        assert not isinstance(caught.value, TooComplex)
