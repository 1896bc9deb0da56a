import ast

import pytest
from RestrictedPython.transformer import INSPECT_ATTRIBUTES as RESTRICTED_ATTRIBUTES

from sandbox.bindings import ALLOWED_NODES
from sandbox.guards import GUARDED_ATTRIBUTES, INSPECT_ATTRIBUTES, MAGIC_METHODS, TimeLimit
from tests.sandbox.scripting import compiled, refusals, result, rules, run

# Nodes of CPython 3.11 to 3.14 that scripts do not have; any other node that is not allowed is news to be decided.
REFUSED_NODES = set(
    "AsyncFor AsyncFunctionDef AsyncWith Await TryStar TypeAlias TypeVar TypeVarTuple ParamSpec TemplateStr Interpolation".split()
)
NOT_IN_SOURCE = set(
    "AST Interactive Expression FunctionType Suite TypeIgnore Param AugLoad AugStore Index ExtSlice Num Str Bytes "
    "NameConstant Ellipsis boolop cmpop operator unaryop expr_context excepthandler expr mod pattern slice stmt "
    "type_ignore type_param".split()
)


def test_every_node_of_this_python_is_allowed_or_refused_on_purpose() -> None:
    nodes = {name for name, kind in vars(ast).items() if isinstance(kind, type) and issubclass(kind, ast.AST)}
    nodes -= {name for name in nodes if name.startswith("_")}
    assert nodes - NOT_IN_SOURCE - REFUSED_NODES == ALLOWED_NODES


def test_all_attributes_that_restrictedpython_refuses_are_refused() -> None:
    assert RESTRICTED_ATTRIBUTES <= INSPECT_ATTRIBUTES


GUARDS = ("_getattr_", "_write_", "_inplacevar_", "_format_", "_mul_", "_Exception_", "__build_class__", "__builtins__")

BINDINGS = [
    "{name} = 1",
    "x = {name} = 1",
    "{name}: int = 1",
    "{name} += 1",
    "({name}, y) = 1, 2",
    "[*{name}] = 1, 2",
    "(y := ({name} := 1))",
    "del {name}",
    "def {name}(): pass",
    "def f({name}): pass",
    "def f({name}, /): pass",
    "def f(*, {name}): pass",
    "def f(*{name}): pass",
    "def f(**{name}): pass",
    "f = lambda {name}: 1",
    "f = lambda {name}, /: 1",
    "f = lambda *{name}: 1",
    "class {name}: pass",
    "class A:\n    {name} = 1",
    "class A:\n    def {name}(self): pass",
    "import json as {name}",
    "from json import dumps as {name}",
    "for {name} in []: pass",
    "x = [1 for {name} in []]",
    "x = {{1: 2 for y, {name} in []}}",
    "with x as {name}: pass",
    "with x as (y, {name}): pass",
    "try: pass\nexcept ValueError as {name}: pass",
    "def f():\n    global {name}",
    "def f():\n    y = 1\n    def g():\n        nonlocal y, {name}\n    {name} = 1",
    "match 1:\n    case {name}: pass",
    "match 1:\n    case [*{name}]: pass",
    "match 1:\n    case {{**{name}}}: pass",
    "match 1:\n    case int({name}): pass",
    "match 1:\n    case (1 | 2) as {name}: pass",
    "print({name})",
    "x = f'{{{name}}}'",
]


@pytest.mark.parametrize("binding", BINDINGS)
@pytest.mark.parametrize("name", GUARDS)
def test_no_form_of_binding_reaches_a_guards_name(binding: str, name: str) -> None:
    assert set(rules(binding.format(name=name))) <= {"private-name", "magic-method"}


def test_names_are_compared_as_python_reads_them() -> None:
    assert rules("_get\uff41ttr_ = 1") == ["private-name"]
    assert rules("x.__cl\uff41ss__") == ["dunder"]


def test_an_underscore_alone_is_an_ordinary_name() -> None:
    assert result("result = [_ for _ in range(3)]\nfor _, x in [(1, 2)]: pass") == [0, 1, 2]


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("async def f(): pass", "async"),
        ("async def f():\n    await g()\n    async for x in y: pass\n    async with x: pass", "async"),
        ("async def f(): return [x async for x in y]", "async"),
        ("try: pass\nexcept* ValueError: pass", "except-star"),
        ("from json import *", "star-import"),
        ("from . import x", "import"),
        ("x.__class__", "dunder"),
        ("x.__init__()", "dunder"),
        ("super().__init__()", "dunder"),
        ("class A:\n    def f(self): super().__getattribute__('x')", "dunder"),
        ("class A:\n    def f(self): super(A, self).__init__()", "dunder"),
        ("x._y", "private-attribute"),
        ("x._y = 1", "private-attribute"),
        ("x.__init__ = 1", "dunder"),
        ("del x._y", "private-attribute"),
        ("g.gi_frame", "inspect-attribute"),
        ("e.tb_frame.f_back", "inspect-attribute"),
        ("class A(metaclass=B): pass", "metaclass"),
        ("class A(**{}): pass", "metaclass"),
        ("class A:\n    def __del__(self): pass", "magic-method"),
        ("class A:\n    def __getattr__(self, name): pass", "magic-method"),
        ("class A:\n    def __reduce_ex__(self, p): pass", "magic-method"),
        ("class A:\n    def __init_subclass__(cls): pass", "magic-method"),
        ("class A:\n    __slots__ = ()", "private-name"),
        ("class A:\n    __match_args__ = ('x',)", "private-name"),
        ("def __init__(self): pass", "private-name"),
        ("super = 1", "reserved-name"),
        ("def super(): pass", "reserved-name"),
        ("import json as super", "reserved-name"),
        ("f = lambda super: 1", "reserved-name"),
        ("match 1:\n    case super: pass", "reserved-name"),
        ("f'{1:1000000000}'", "width"),
        ("if __name__ == '__main__': pass", "private-name"),
        ("raise SystemExit", "base-exception"),
        ("try: pass\nexcept BaseException: pass", "base-exception"),
        ("x = type(1)", "type"),
        ("x = globals()", "globals"),
        ("open('x')", "open"),
        ("__import__('os')", "import"),
    ],
)
def test_what_is_not_in_the_language_is_refused_by_its_rule(source: str, rule: str) -> None:
    found = refusals(source)
    assert {diagnostic.rule for diagnostic in found} == {rule}
    assert all(diagnostic.hint for diagnostic in found)


@pytest.mark.parametrize(
    ("pattern", "rule"),
    [
        ("str(a, b)", "match-class"),
        ("str(a=b)", "match-class"),
        ("object(__class__=c)", "match-class"),
        ("Point(x)", "match-class"),
        ("a.Point(x)", "match-class"),
        ("a.RED", "match-value"),
        ("{a.RED: 1}", "match-value"),
        ("_x", "private-name"),
        ("{'a': _x}", "private-name"),
    ],
)
def test_patterns_that_would_read_attributes_are_refused(pattern: str, rule: str) -> None:
    assert rules(f"match x:\n    case {pattern}: pass\n") == [rule]


def test_a_class_pattern_of_a_name_the_script_took_is_refused() -> None:
    assert rules("class str: pass\nmatch x:\n    case str(y): pass") == ["match-class"]


def test_names_of_missing_builtins_may_be_used_as_ones_own() -> None:
    assert result("id = 5\ntype = 'a'\ninput = [id, type]\nresult = input") == [5, "a"]


def test_printed_and_print_are_ordinary_names() -> None:
    assert result("printed = 1\nprint = 2\nresult = printed + print") == 3


@pytest.mark.parametrize("op", ["+", "-", "*", "/", "//", "%", "**", "<<", ">>", "|", "^", "&"])
@pytest.mark.parametrize("target", ["b().n", "b().items[k()]", "b().items[k()].n"])
def test_augmented_assignment_evaluates_each_operand_once_in_pythons_order(op: str, target: str) -> None:
    source = f"""
log = []
class Box:
    def __init__(self, n):
        self.n = n
        self.items = [n, n]
box = Box(7)
box.items = [Box(7), Box(7)] if {target.endswith(".n")} and {"items" in target} else [7, 7]
def b():
    log.append("b")
    return box
def k():
    log.append("k")
    return 1
def v():
    log.append("v")
    box.n = 100
    return 2
{target} {op}= v()
last = box.items[1]
result = [log, box.n, last if isinstance(last, (int, float)) else last.n]
"""
    plain: dict[str, object] = {"__name__": "script"}
    exec(source, plain)
    assert result(source) == plain["result"]


def test_augmented_assignment_to_slices_and_names() -> None:
    source = "x = [1, 2, 3]\nx[0:2] *= 2\ny = 'ab'\ny *= 3\nz = 5\nz %= 3\nresult = [x, y, z]"
    assert result(source) == [[1, 2, 1, 2, 3], "ababab", 2]


def test_a_bare_except_lets_the_clock_through() -> None:
    source = "def f(g):\n    try:\n        g()\n    except:\n        return 1\n"
    names = run(source)

    def tick() -> None:
        raise TimeLimit

    def fail() -> None:
        raise ValueError

    function = names["f"]
    assert callable(function)
    assert function(fail) == 1
    with pytest.raises(TimeLimit):
        function(tick)


def test_a_bare_except_means_exception_even_when_the_script_took_the_word() -> None:
    assert result("Exception = 1\ntry:\n    1 / 0\nexcept:\n    result = 5") == 5


def test_magic_methods_of_the_list_can_be_defined_and_reached_through_super() -> None:
    for name in sorted(MAGIC_METHODS):
        compiled(f"class A:\n    def {name}(self, *args):\n        return super().{name}(*args)\n")


def test_annotations_are_kept() -> None:
    source = "from dataclasses import dataclass, fields\n@dataclass\nclass A:\n    x: int\nresult = [f.name for f in fields(A)]"
    assert result(source) == ["x"]
    assert result("from __future__ import annotations\n" + source) == ["x"]


def test_guarded_names_are_ordinary_attributes_of_ones_own_classes() -> None:
    for name in sorted(GUARDED_ATTRIBUTES):
        source = f"class A:\n    def {name}(self): return 1\na = A()\nresult = a.{name}()\na.{name} = 5\na.{name} += 1\nresult += a.{name}"
        assert result(source) == 7


def test_type_parameters_are_refused_where_python_has_them() -> None:
    source = "def f[T](x): pass\n"
    (found,) = refusals(source)
    assert found.rule in ("type-parameters", "syntax")
