"""The source of a script as lints see it: its hooks, and places in it as diagnostics have them.

Only what already compiled in a cell is parsed here, in the author's own terminal, never in the server. What Python's
parser cannot take has no lints.
"""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from engine.devtools.hook_fields import ARGUMENTS
from engine.model.json import JsonObject
from engine.scripts import HOOKS

MAX_SOURCE = 256 * 1024
SCRIPT = "Script"

CANONICAL = {name: form.name for form in HOOKS for name in form.names}

Function = ast.FunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Hook:
    """`name` is the canonical one; `parameters` are the names of what it is given, without `self`."""

    name: str
    function: Function
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    text: str
    tree: ast.Module

    @classmethod
    def parse(cls, text: str) -> "Source | None":
        if len(text) > MAX_SOURCE:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return cls(text, ast.parse(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def hooks(self) -> tuple[Hook, ...]:
        """What the sandbox takes for a hook, where its arguments can be told by its signature."""
        return tuple(hook for each in self.functions for hook in _hooks(*each))

    @cached_property
    def functions(self) -> tuple[tuple[Function, bool], ...]:
        """Of the module, and of class Script, with whether it is a method."""
        found: list[tuple[Function, bool]] = []
        for node in _statements(self.tree.body):
            if isinstance(node, ast.FunctionDef):
                found.append((node, False))
            elif isinstance(node, ast.ClassDef) and node.name == SCRIPT:
                found += [(each, True) for each in _statements(node.body) if isinstance(each, ast.FunctionDef)]
        return tuple(found)

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    def finding(self, node: ast.expr | ast.stmt, rule: str, message: str, hint: str) -> JsonObject:
        """A diagnostic as the sandbox words them; a definition is pointed at by its first line."""
        line, end_line, end = node.lineno, node.end_lineno or node.lineno, node.end_col_offset or 0
        start = self._column(line, node.col_offset)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            end_line, stop = line, len(self._lines[line - 1].rstrip()) + 1
        else:
            stop = self._column(end_line, end)
        return {
            "line": line,
            "column": start,
            "endLine": end_line,
            "endColumn": stop,
            "rule": rule,
            "message": message,
            "hint": hint,
        }

    def _column(self, line: int, offset: int) -> int:
        """Python counts in bytes, people in characters, from 1."""
        return len(self._lines[line - 1].encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace")) + 1


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """What runs as the function itself: nothing of functions and classes inside it."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Of a module or class, those under a condition too."""
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case ast.If(body=first, orelse=other):
                waiting += [*reversed(other), *reversed(first)]
            case ast.Try(body=first, handlers=handlers, orelse=other, finalbody=last):
                caught = [each for handler in handlers for each in handler.body]
                waiting += [*reversed(last), *reversed(other), *reversed(caught), *reversed(first)]
            case ast.With(body=first):
                waiting += reversed(first)


def _hooks(function: Function, method: bool) -> Iterator[Hook]:
    name = CANONICAL.get(function.name)
    if name is None:
        return
    static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in function.decorator_list)
    given = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    own = given[1:] if method and not static else given
    yield Hook(name, function, tuple(own[: len(ARGUMENTS[name])]))
