import marshal
from types import CodeType

import pytest

from sandbox.compiler import compile_source, policy_digest
from sandbox.limits import Limits
from sandbox.outcome import Diagnostic
from sandbox.program import Compiled
from tests.sandbox.scripting import FORMS, compiled, refusals, rules


def test_code_is_a_marshalled_code_object_that_names_the_authors_file() -> None:
    code = marshal.loads(compiled("x = 1\n").code)
    assert isinstance(code, CodeType)
    assert code.co_filename == "script.py"


def test_every_diagnostic_is_given_at_once_in_the_order_of_the_lines() -> None:
    found = refusals("def f():\n    return ev._x\nasync def g(): pass\nfrom json import *\neval('1')\n")
    assert [(d.line, d.rule) for d in found] == [
        (2, "private-attribute"),
        (3, "async"),
        (4, "star-import"),
        (5, "eval"),
    ]
    assert all(d.message and d.hint for d in found)


def test_columns_count_characters_from_one() -> None:
    (found,) = refusals('x = "ééé", y.__class__\n')
    assert found == Diagnostic(
        1, 12, 1, 23, "dunder", "x.__class__ is not available.", "Write isinstance(x, dict) to ask what a value is."
    )


def test_there_are_at_most_as_many_diagnostics_as_the_limit_says() -> None:
    made = compile_source("_a = 1\n" * 50, filename="script.py", limits=Limits(diagnostics=7))
    assert not isinstance(made, Compiled)
    assert len(made) == 7


def test_a_syntax_error_is_a_diagnostic_with_its_place() -> None:
    (found,) = refusals("x = 1\nif x\n    pass\n")
    assert (found.line, found.column, found.rule) == (2, 5, "syntax")
    assert found.message == "Expected ':'."


def test_pythons_own_complaints_come_with_ours() -> None:
    assert rules("return 1\n_a = 2\n") == ["syntax", "private-name"]
    assert rules("x = [i async for i in y]\n") == ["async"]
    assert rules("await x\nasync with y: pass\n") == ["async", "async"]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("return 1\n", "syntax"),
        ("def f(a, a): pass\n", "syntax"),
        ("x = 1\n    y = 2\n", "syntax"),
        ("x = '\0'\n", "syntax"),
        ("x = '\udc80'\n", "encoding"),
        ("(" * 500 + ")" * 500, "syntax"),
        ("x = " + "-" * 20_000 + "1\n", "too-complex"),
        ("x = " + "1+" * 20_000 + "1\n", "too-complex"),
        ("x = " + "9" * 5_000 + "\n", "syntax"),
        ("#" * 300_000, "source-size"),
        ("match x:\n    case 1 + y.z: pass\n", "syntax"),
    ],
)
def test_whatever_the_compiler_raises_is_a_diagnostic(source: str, rule: str) -> None:
    assert rules(source) == [rule]


def test_a_warning_of_the_compiler_is_not_an_error() -> None:
    compiled("x = '\\d' is 'y'\n")


def test_hooks_are_found_as_functions_and_as_methods_under_every_spelling() -> None:
    assert compiled("def process_incoming_request(r): pass").hooks == ("process_incoming",)
    prepare = "    def prepare_outgoing_request(self, r): pass\n"
    answer = "    def process_outgoing_response(self, a, b): pass\n"
    both = f"class Script:\n{prepare}{answer}"
    assert compiled(both).hooks == ("prepare_outgoing_request", "process_outgoing_response")
    assert compiled("x = 1").hooks == ()


def test_hooks_inherited_by_the_script_class_count() -> None:
    source = "class Base:\n    def process_incoming(self, r): pass\nclass Script(Base):\n    pass\n"
    assert compiled(source).hooks == ("process_incoming",)


@pytest.mark.parametrize(
    "source",
    [
        "def process_incoming(r): pass\ndef process_incoming_request(r): pass",
        "def process_incoming(r): pass\nclass Script:\n    def process_incoming(self, r): pass",
        "def process_incoming(r): pass\ndef process_incoming(r): pass",
    ],
)
def test_a_hook_that_is_defined_twice_is_refused(source: str) -> None:
    assert rules(source) == ["duplicate-hook"]


def test_a_hook_defined_in_both_branches_of_an_if_is_one_hook() -> None:
    source = "if True:\n    def process_incoming(r): return 1\nelse:\n    def process_incoming(r): return 2\n"
    assert compiled(source).hooks == ("process_incoming",)


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("async def process_incoming(r): pass", "async"),
        ("def process_incoming(r): yield 1", "generator-hook"),
        ("def process_incoming(): pass", "hook-arguments"),
        ("def process_incoming(a, b): pass", "hook-arguments"),
        ("def process_incoming(a, *, b): pass", "hook-arguments"),
        ("process_incoming = lambda: 1", "hook-arguments"),
        ("class Script:\n    def process_incoming(self): pass", "hook-arguments"),
        ("class process_incoming: pass", "hook"),
    ],
)
def test_a_hook_of_the_wrong_shape_is_refused(source: str, rule: str) -> None:
    assert rules(source) == [rule]


def test_all_that_is_wrong_with_a_hook_is_told_at_once() -> None:
    assert rules("def process_incoming(a, b): yield 1") == ["generator-hook", "hook-arguments"]
    assert rules("async def process_incoming(a, b): yield 1") == ["async", "generator-hook", "hook-arguments"]


def test_what_is_refused_hides_nothing_inside_it() -> None:
    assert rules("async def f(_a):\n    await x._b\n    async with y._c as z: pass\n    async for i in z._d: pass\n") == [
        "async", "private-name", "async", "private-attribute", "async", "private-attribute", "async", "private-attribute"
    ]  # fmt: skip
    assert rules("try: x._a\nexcept* ValueError as _e: y._b\n") == [
        "except-star", "private-attribute", "private-name", "private-attribute"
    ]  # fmt: skip
    assert rules("match x:\n    case {a.b: _x, c.d: 1}: pass\n    case P(_q): pass\n") == [
        "match-value", "private-name", "match-value", "match-class", "private-name"
    ]  # fmt: skip
    assert rules("from json import dumps as _x, _y as z\n") == ["private-name", "private-name"]


PYTHONS_OWN = """
return 1
break
def f(a, a): return 1
class A:
    def g(self):
        nonlocal z
        continue
    return 5
match 1:
    case 2:
        return 3
try: pass
except: break
@f(lambda b, b: 1)
def h(): pass
"""


def test_all_that_pythons_compiler_refuses_is_told_at_once() -> None:
    found = refusals(PYTHONS_OWN)
    assert {diagnostic.rule for diagnostic in found} == {"syntax"}
    assert [diagnostic.line for diagnostic in found] == [2, 3, 4, 7, 8, 9, 12, 14, 15]


def test_how_much_is_compiled_again_to_hear_more_is_bounded() -> None:
    padding = "#" * 200_000 + "\n"
    assert rules(padding + "return 1\n" * 50) == ["syntax"] * 3


def test_a_number_too_long_to_be_read_is_told_without_pythons_settings() -> None:
    (found,) = refusals("x = " + "9" * 5_000 + "\n")
    assert "sys" not in found.message + found.hint and "0x" in found.hint


@pytest.mark.parametrize(
    "source",
    [
        "def process_incoming(a, b=1): pass",
        "def process_incoming(*a): pass",
        "def process_incoming(a, /, **k): pass",
        "def process_incoming(a):\n    def inner(): yield 1\n    return list(inner())",
        "class Script:\n    @staticmethod\n    def process_incoming(r): pass",
        "process_incoming = lambda r: r",
    ],
)
def test_a_hook_that_accepts_the_call_is_a_hook(source: str) -> None:
    assert compiled(source).hooks == ("process_incoming",)


def test_an_import_that_cannot_work_is_told_on_save_unless_it_may_not_run() -> None:
    (found,) = refusals("import jsn\n")
    assert found.rule == "import"
    assert "did you mean json?" in found.message
    assert rules("from json import loadz, dumps\n") == ["import"]
    compiled("try:\n    import requests\nexcept ImportError:\n    requests = None\n")
    compiled("def f():\n    import requests\n")


@pytest.mark.parametrize(
    "source",
    [
        "import requests\n",
        "import urllib.request\n",
        "from urllib import request\n",
        "from urllib.request import urlopen\n",
        "import httpx\n",
        "import aiohttp\n",
        "import http.client\n",
    ],
)
def test_what_other_programs_call_the_web_with_is_answered_with_what_scripts_have(source: str) -> None:
    (found,) = refusals(source)
    assert "`from hookcell import http`" in found.message, found
    _, second = refusals(source + "import numpyy\n")
    assert "zoneinfo" in second.message


def test_a_statement_that_holds_others_is_marked_in_its_first_line() -> None:
    (found,) = refusals("if 1:\n    async def process_incoming(request):\n        return 1\n")
    assert (found.line, found.column, found.end_line, found.end_column) == (2, 5, 2, 41)


@pytest.mark.parametrize("name", ["__slots__", "__match_args__", "__doc__", "__all__", "__version__", "__file__"])
def test_what_a_dunder_name_is_for_is_told(name: str) -> None:
    (found,) = refusals(f"class A:\n    {name} = ()\n")
    assert found.rule == "private-name" and found.hint != f"Write {name.strip('_')}.", found


def test_what_can_be_imported_is_listed_once() -> None:
    first, second, third, name, another = refusals(
        "import requestz, numpy\nfrom jsn import loads\nfrom json import nothing, dumpz\n"
    )
    assert "zoneinfo" in first.message
    assert second.message == "There is no module 'numpy' in scripts: did you mean enum?"
    assert third.message == "There is no module 'jsn' in scripts: did you mean json?"
    assert "JSONEncoder" in name.message
    assert another.message == "Cannot import dumpz: json has no 'dumpz' here: did you mean dumps?"


def test_compiling_is_deterministic() -> None:
    source = "x = {'a', 'b', 'c'}\ndef process_incoming(r): return f'{r!r:{x}}'\n"
    assert compile_source(source, filename="s", hooks=FORMS) == compile_source(source, filename="s", hooks=FORMS)


def test_the_policy_digest_is_a_sha256() -> None:
    digest = policy_digest()
    assert len(digest) == 64
    assert digest == policy_digest()
    assert int(digest, 16) > 0
