import pytest

from engine.devtools.repl.reading import MAX_INPUT, Reader


def inputs(text: str) -> list[str]:
    reader = Reader()
    return [each for line in text.split("\n") for each in reader.feed(line)] + reader.end()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 1\nx", ["1 + 1", "x"]),
        ("\n  \n# a note\n", []),
        ("x = [\n  1,\n]\ny", ["x = [\n  1,\n]", "y"]),
        ("f('(', \"[\", '\\'(') # (\ny", ["f('(', \"[\", '\\'(') # (", "y"]),
        ('t = """a\n\nb: (\n"""\ny', ['t = """a\n\nb: (\n"""', "y"]),
        ("t = '''\n:run\n'''\n:run", ["t = '''\n:run\n'''", ":run"]),
        ("1 + \\\n  2\ny", ["1 + \\\n  2", "y"]),
        ("t = 'never closed\ny", ["t = 'never closed", "y"]),
        ("t = 'goes \\\non'\ny", ["t = 'goes \\\non'", "y"]),
        ("def f():\n    return 1\n\nf()", ["def f():\n    return 1", "f()"]),
        ("def f():\n    return 1\nf()", ["def f():\n    return 1", "f()"]),
        ("def f(): return 1\nf()", ["def f(): return 1", "f()"]),
        ("def f(a,\n      b):\n    return a\nf()", ["def f(a,\n      b):\n    return a", "f()"]),
        ("if x:\n    1\nelif y:\n    2\nelse:\n    3\nz", ["if x:\n    1\nelif y:\n    2\nelse:\n    3", "z"]),
        (
            "try:\n    1\nexcept E:\n    2\nfinally:\n    3\n\nz",
            ["try:\n    1\nexcept E:\n    2\nfinally:\n    3", "z"],
        ),
        ("if x:  # why\n    1\n# note\n    2\nz", ["if x:  # why\n    1\n# note\n    2", "z"]),
        ("@a\n@b(\n  1)\ndef f():\n    return 1\nf()", ["@a\n@b(\n  1)\ndef f():\n    return 1", "f()"]),
        ("for x in y:\n    print(x)\n:run", ["for x in y:\n    print(x)", ":run"]),
        ("while x:\n    f(\n1)\nz", ["while x:\n    f(\n1)", "z"]),
        ("x = {'a':\n 1}\ny", ["x = {'a':\n 1}", "y"]),
        ("x[1:]\ny", ["x[1:]", "y"]),
        ("x = (\n1\n\ny", ["x = (\n1", "y"]),
        ("1) + (2\ny", ["1) + (2", "y"]),
        ("if x:\n    y", ["if x:\n    y"]),
        ("x = (", ["x = ("]),
    ],
)
def test_lines_become_inputs(text: str, expected: list[str]) -> None:
    assert inputs(text) == expected


def test_an_input_that_has_begun_can_be_given_up() -> None:
    reader = Reader()
    assert reader.feed("def f():") == []
    begun = reader.pending
    reader.reset()
    assert (begun, reader.pending) == (True, False)
    assert reader.feed("1") == ["1"]


def test_an_input_that_never_ends_is_ended_at_the_size_of_a_script() -> None:
    reader = Reader()
    line = "'''" + "x" * 1023
    fed = [line, *["x" * 1024] * 1000]
    (first, *_) = [each for line in fed for each in reader.feed(line)]
    assert MAX_INPUT < len(first) < MAX_INPUT + 2048
