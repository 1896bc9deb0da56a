import pytest

from engine.devtools import compare
from engine.model.json import JsonValue


def test_what_is_the_same_has_no_differences() -> None:
    value: JsonValue = {"messages": [{"text": "hi", "n": [1, 2.5, None, True]}]}
    assert compare(value, value) == []


def test_only_the_keys_that_are_expected_are_looked_at() -> None:
    assert compare({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}) == []


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [
        (
            {"messages": [{"text": "a"}]},
            {"messages": [{"text": "b"}]},
            ['messages[0].text: expected "a", got "b"'],
        ),
        ({"a": {"b": 1}}, {"a": {}}, ["a.b: expected 1, there is no such key"]),
        ({"request": None}, {"messages": []}, ["request: expected null, there is no such key"]),
        ({"a": 1}, {"a": True}, ["a: expected 1, got true"]),
        ({"a": None}, {"a": False}, ["a: expected null, got false"]),
        ({"a": {"b": 1}}, {"a": [1]}, ['a: expected {"b": 1}, got [1]']),
        ({"a": []}, {"a": ["x"]}, ["a: expected 0 items, got 1 item"]),
        ({"a": [1, 2]}, {"a": [3]}, ["a: expected 2 items, got 1 item", "a[0]: expected 1, got 3"]),
        ({"X-Id": 1, "a b": 2}, {"X-Id": 2, "a b": 3}, ["X-Id: expected 1, got 2", '["a b"]: expected 2, got 3']),
        ("a", 1, ['the outcome: expected "a", got 1']),
        ([1], [2], ["[0]: expected 1, got 2"]),
        ({"t": "a\nb\nc"}, {"t": "a\nB\nc"}, ['t, line 2: expected "b", got "B"']),
        ({"t": "a\nb"}, {"t": "a"}, ['t, line 2: expected "b", got the end of the text']),
        ({"t": "a"}, {"t": "a\n"}, ['t, line 2: expected the end of the text, got ""']),
        ({"t": "\ud800"}, {"t": "ü"}, ['t: expected "\\ud800", got "ü"']),
    ],
)
def test_a_difference_is_a_line_with_its_path(expected: JsonValue, actual: JsonValue, said: list[str]) -> None:
    assert compare(expected, actual) == said


def test_numbers_are_equal_as_in_json() -> None:
    assert compare({"a": 1}, {"a": 1.0}) == []


def test_differences_stand_in_the_order_of_what_is_expected() -> None:
    expected: JsonValue = {"b": [1, 1], "a": 1}
    assert [line.split(":")[0] for line in compare(expected, {"a": 2, "b": [2, 2]})] == ["b[0]", "b[1]", "a"]


def test_a_difference_far_into_a_long_line_is_shown_with_what_stands_before_it() -> None:
    before = "x" * 500
    assert compare(f"{before}left", f"{before}right") == [
        f'the outcome: expected ..."{"x" * 40}left", got ..."{"x" * 40}right"'
    ]


def test_a_long_value_is_cut() -> None:
    (line,) = compare({"a": 1}, {"a": "y" * 10_000})
    assert line == f'a: expected 1, got "{"y" * 159}...'


def test_beyond_a_hundred_differences_are_counted() -> None:
    expected: JsonValue = [0] * 250
    differences = compare(expected, [1] * 250)
    assert len(differences) == 101
    assert differences[-1] == "and 150 more"


def test_depth_does_not_matter() -> None:
    expected: JsonValue = 1
    actual: JsonValue = 2
    for _ in range(5_000):
        expected, actual = [expected], [actual]
    assert len(compare(expected, actual)) == 1
