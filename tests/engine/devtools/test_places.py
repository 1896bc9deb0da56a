from engine.devtools.places import Part, Places
from engine.model.json import JsonObject
from engine.model.runs import ScriptFailure

PLACES = Places(
    (Part("mine.py", "a\nb = f()", 1), Part("<input 1>", "def f():\n    g()", 4), Part("<input 2>", "f()", 8))
)
TRACEBACK = """Traceback (most recent call last):
  File "script.py", line 5, in f
    g()
KeyError: 'a'

which led to

Traceback (most recent call last):
  File "script.py", line 7, in <module>
    hidden()
  File "script.py", line 8, in <module>
    f()
  File "script.py", line 5, in f
    g()
ValueError: line 5"""


def test_a_traceback_names_the_authors_files_and_leaves_out_what_nobody_wrote() -> None:
    assert PLACES.failure(ScriptFailure("raised", "ValueError: line 5", 5, TRACEBACK)) == [
        "Traceback (most recent call last):",
        '  File "<input 1>", line 2, in f',
        "    g()",
        "KeyError: 'a'",
        "",
        "which led to",
        "",
        "Traceback (most recent call last):",
        '  File "<input 2>", line 1, in <module>',
        "    f()",
        '  File "<input 1>", line 2, in f',
        "    g()",
        "ValueError: line 5",
    ]


def test_the_input_that_was_run_is_the_outermost_of_the_last_error() -> None:
    place = PLACES.first(ScriptFailure("raised", "ValueError: line 5", 5, TRACEBACK))
    assert place is not None
    assert (place.part.name, place.line) == ("<input 2>", 1)


def test_a_failure_without_a_traceback_has_its_line() -> None:
    assert PLACES.failure(ScriptFailure("cpu-time", "used 1 s (line 5).", 5)) == [
        '  File "<input 1>", line 2',
        "    g()",
        "used 1 s (line 2).",
    ]
    assert PLACES.failure(ScriptFailure("memory", "too much")) == ["too much"]


def diagnostic(line: int, column: int, end_column: int, message: str) -> JsonObject:
    item: JsonObject = {"line": line, "column": column, "endLine": line, "endColumn": end_column}
    return {"diagnostics": [{**item, "rule": "syntax", "message": message, "hint": "Correct it."}], "stack": ""}


def test_a_diagnostic_has_its_line_a_caret_and_a_hint() -> None:
    assert PLACES.error(diagnostic(5, 5, 8, "Bracket of line 4 is open.")) == [
        "<input 1>:2:5: Bracket of line 1 is open.",
        "        g()",
        "        ^^^",
        "    Correct it.",
    ]


def test_what_is_missing_after_the_end_is_shown_at_the_last_line() -> None:
    assert PLACES.error(diagnostic(9, 1, 1, "Something is missing."))[:3] == [
        "<input 2>:1:1: Something is missing.",
        "    f()",
        "    ^",
    ]


def test_of_a_long_line_only_what_is_pointed_at_is_shown() -> None:
    line = "x = " + "a" * 10_000 + " + bad " + "b" * 10_000
    column = line.index("bad") + 1
    places = Places((Part("mine.py", line),))
    said, shown, caret, _ = places.error(diagnostic(1, column, column + 3, "bad"))
    assert said == f"mine.py:1:{column}: bad"
    assert len(shown) < 250
    assert shown[caret.index("^") : caret.rindex("^") + 1] == "bad"
    first = places.error(diagnostic(1, 1, len(line), "all of it"))
    assert first[1].startswith("    x = aaa") and max(map(len, first)) < 250


def test_a_traceback_echoes_no_line_of_any_length() -> None:
    text = 'Traceback (most recent call last):\n  File "script.py", line 1, in f\n    ' + "g" * 20_000 + "\nKeyError: 1"
    told = PLACES.failure(ScriptFailure("raised", "KeyError: 1", 1, text))
    assert max(map(len, told)) < 250
    assert told[-1] == "KeyError: 1"
