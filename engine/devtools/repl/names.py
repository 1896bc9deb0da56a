"""Which names a text defines, for completion: read from its syntax tree, and nothing of it is ever run.

What does not parse, is too large or too deep defines nothing: a completion less, never an error.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAX_TEXT = 256 * 1024
MAX_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class Names:
    """`modules` are the titles of what was imported, by the name it has here; `paths` what was assigned: its text."""

    defined: frozenset[str] = frozenset()
    modules: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)

    def with_those_of(self, other: "Names") -> "Names":
        """`other` came later."""
        modules = {name: title for name, title in self.modules.items() if name not in other.defined} | other.modules
        paths = {name: path for name, path in self.paths.items() if name not in other.defined} | other.paths
        return Names(self.defined | other.defined, modules, paths)


def names_in(text: str) -> Names:
    """Those of the module, functions and classes among them; paths also of what functions assign."""
    tree = parsed(text)
    if tree is None:
        return Names()
    defined: dict[str, None] = {}
    modules: dict[str, str] = {}
    paths: dict[str, str] = {}
    for node in _at_module_level(tree.body):
        if len(defined) >= MAX_NAMES:
            break
        for name, title in _bound_by(node):
            defined[name] = None
            modules.pop(name, None)
            if title:
                modules[name] = title
    for inner in ast.walk(tree):
        match inner:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript() | ast.Call() as value):
                if len(paths) < MAX_NAMES and (path := ast.get_source_segment(text, value)) is not None:
                    paths[name] = path
            case _:
                pass
    return Names(frozenset(defined), modules, paths)


def parsed(text: str) -> ast.Module | None:
    """None where it is no Python, or more than is looked at."""
    if len(text) > MAX_TEXT:
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _at_module_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Also what stands in an `if`, a loop, a `with` or a `try`."""
    waiting = list(body)[::-1]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = [child for part in ("body", "orelse", "handlers", "finalbody") for child in getattr(node, part, ())]
            waiting += inner[::-1]


def _bound_by(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """Names with the title of their module, '' where they are none."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, ""
        case ast.Import(names=aliases):
            for alias in aliases:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        case ast.ImportFrom(module=str(module), names=aliases):
            for alias in aliases:
                yield alias.asname or alias.name, f"{module}.{alias.name}"
        case ast.Assign(targets=targets):
            yield from ((name, "") for target in targets for name in _names_of(target))
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target) | ast.For(target=target):
            yield from ((name, "") for name in _names_of(target))
        case ast.With(items=items):
            targets = [item.optional_vars for item in items if item.optional_vars is not None]
            yield from ((name, "") for target in targets for name in _names_of(target))
        case _:
            pass


def _names_of(target: ast.expr) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
