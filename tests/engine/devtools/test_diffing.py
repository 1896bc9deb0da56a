from engine.devtools.diffing import MAX_LINES, only_what_is_told, text_diff, value_diff
from engine.model.json import JsonObject


def test_a_change_is_one_line_wherever_it_stands() -> None:
    before: JsonObject = {
        "messages": [{"text": "a\nb", "cards": [{"color": "red", "fields": []}]}],
        "x-y": None,
        "k": 1,
    }
    after: JsonObject = {"messages": [{"text": "a\nc", "cards": [{"color": "green", "fields": []}]}], "x-y": 1, "k": 1}
    assert value_diff(before, after) == [
        "-messages[0].text | b",
        "-messages[0].cards[0].color: red",
        "+messages[0].text | c",
        "+messages[0].cards[0].color: green",
        "-x-y: null",
        "+x-y: 1",
    ]
    assert value_diff(before, before) == []
    assert value_diff({}, {"a": {}}) == ["+a: {}"]


def test_a_long_difference_is_cut_and_counted() -> None:
    lines = value_diff([*range(1_000)], [])
    assert len(lines) == MAX_LINES + 1 and lines[-1] == f"... and {1_001 - MAX_LINES} lines more"


def test_texts_are_compared_by_lines() -> None:
    assert text_diff("a\nb\n", "a\nc\n", name="script.py") == [
        "--- script.py",
        "+++ script.py",
        "@@ -1,2 +1,2 @@",
        " a",
        "-b",
        "+c",
    ]
    assert text_diff("a\n", "a\n") == []
    assert "too many to compare" in text_diff("a\n" * 20_000, "b\n")[0]


def test_only_what_a_person_wrote_down_is_looked_at() -> None:
    told: JsonObject = {"messages": [{"text": "a"}], "answer": {"status": 200}, "gone": 1}
    whole: JsonObject = {"messages": [{"text": "b", "alias": "x"}], "answer": 3, "error": 1}
    assert only_what_is_told(told, whole) == {"messages": [{"text": "b"}], "answer": 3}
