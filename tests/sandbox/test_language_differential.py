"""Programs made at random from the allowed grammar do in the sandbox what they do in plain Python."""

import marshal
import warnings
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import library
from sandbox.library import CallState
from tests.sandbox.scripting import compiled, rules

PRELUDE = """
trace = []
class Box:
    def __init__(self, n):
        self.n = n
        self.format = n
    def __getitem__(self, key):
        trace.append(key)
        if isinstance(key, int) and key > 3:
            raise IndexError(key)
        return self.n
    def __setitem__(self, key, value):
        trace.append((key, value))
        self.n = value
    def __eq__(self, other):
        return isinstance(other, Box) and self.n == other.n
    def __repr__(self):
        return "Box"
    def __imul__(self, other):
        trace.append(("imul", other))
        return self
def note(value):
    trace.append(value)
    return value
a, b, c = 3, "xy", [1, 2]
d, e = {"k": 4, 1: [5]}, Box(6)
"""

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
LITERALS = st.sampled_from(
    ["0", "1", "-2", "2.5", "'t'", "''", "None", "True", "[7, 8]", "(1, 'u')", "{'k': 9}", "{1, 2}"]
)
BINARY = st.sampled_from(
    ["+", "-", "*", "/", "//", "%", "&", "|", "^", ">>", "@", "==", "<", "in", "and", "or", "is not"]
)


def _bigger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, BINARY, inner),
        st.builds("({} ** {})".format, inner, st.integers(0, 3)),
        st.builds("({} << {})".format, inner, st.integers(0, 8)),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}[{}:{}]".format, inner, st.integers(-2, 2), st.integers(-2, 2)),
        st.builds("({}).n".format, inner),
        st.just("e.format"),
        st.builds("note({})".format, inner),
        st.builds("[x for x in {} if {}]".format, inner, inner),
        st.builds("{{{}: {}}}".format, inner, inner),
        st.builds("(lambda x, *y: (x, y))({}, *{})".format, inner, inner),
        st.builds("f'{{{}!r:>{{{}}}}}'".format, NAMES, st.integers(0, 9)),
        st.builds("'{{0!r:>{}}}|{{1}}'.format({}, {})".format, st.integers(0, 9), inner, inner),
        st.builds("('%r %5s' % ({}, {}))".format, inner, inner),
        st.builds("getattr({}, 'n', {})".format, inner, inner),
        st.builds("sorted({}, key=str)".format, inner),
        st.builds("(z := {})".format, inner),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES, LITERALS), _bigger, max_leaves=6)
TARGETS = st.sampled_from(
    ["a", "b", "c[0]", "c[0:1]", "d['k']", "d[note(1)]", "e.n", "e.format", "e[2]", "note(e).n", "note(c)[note(-1)]"]
)
AUGMENTED = st.sampled_from(["+=", "-=", "*=", "/=", "//=", "%=", "|=", "&=", "^=", "@="])


def _indented(lines: list[str]) -> str:
    return "\n".join(f"    {line}" for text in lines for line in text.split("\n"))


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(_indented)
    return st.one_of(
        st.builds("if {}:\n{}\nelse:\n{}".format, EXPRESSIONS, body, body),
        st.builds("for a, *b in [(1, 2), {}]:\n{}".format, EXPRESSIONS, body),
        st.builds("for i in range(3):\n{}\n    if i == 1: break\nelse:\n{}".format, body, body),
        st.builds(
            "try:\n{}\nexcept (TypeError, KeyError) as error:\n    note(str(error))\nfinally:\n{}".format, body, body
        ),
        st.builds("try:\n{}\nexcept:\n{}".format, body, body),
        st.builds("def f(a, b=1, *c):\n{}\n    return a\nnote(f({}))".format, body, EXPRESSIONS),
        st.builds(
            "match {}:\n    case [x, *_] | {{'k': x}}: note(x)\n    case int(a): note(a)\n    case _:\n    {}".format,
            EXPRESSIONS,
            st.just("    pass"),
        ),
    )


STATEMENTS = st.recursive(
    st.one_of(
        st.builds("{} = {}".format, TARGETS, EXPRESSIONS),
        st.builds("{} {} {}".format, TARGETS, AUGMENTED, EXPRESSIONS),
        st.builds("a, *c = {}".format, EXPRESSIONS),
        st.builds("note({})".format, EXPRESSIONS),
        st.builds("del {}".format, st.sampled_from(["c[0]", "d['k']", "e.n"])),
    ),
    _compound,
    max_leaves=6,
)
PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=5).map(lambda lines: PRELUDE + "\n".join(lines) + "\n")


def outcome(code: Any, names: dict[str, Any]) -> tuple[str, str]:
    try:
        exec(code, names)
        ended = "ok"
    except Exception as error:
        ended = f"{type(error).__name__}: {error}"
    return ended, repr([names.get(name) for name in ("trace", "a", "b", "c", "d", "e", "z")])


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(PROGRAMS)
def test_a_random_program_does_the_same_plain_and_sandboxed(source: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            code = compile(source, "script.py", "exec", dont_inherit=True)
        except SyntaxError:
            assert rules(source) == ["syntax"]
            return
        plain = outcome(code, {"__name__": "script"})
    names = library.begin(CallState(str))
    try:
        assert outcome(marshal.loads(compiled(source).code), names) == plain
    finally:
        library.end()
