"""Which functions of a script are its hooks: module-level functions of their name, or methods of `class Script`.

Which names those are is given as data; nothing here knows what a hook is for.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sandbox.diagnostics import Source, Words
from sandbox.outcome import Diagnostic
from sandbox.program import HookForm

SCRIPT_CLASS: Final = "Script"


@dataclass(frozen=True, slots=True)
class _Definition:
    node: ast.AST
    name: str
    method: bool
    certain: bool


def _bindings(body: list[ast.stmt], certain: bool = True) -> Iterator[tuple[ast.stmt, str, bool]]:
    """What a module or class body binds: the statement, the name, whether it runs for certain."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node, name, certain
            case ast.Assign(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name):
                        yield node, target.id, certain
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
                yield node, name, certain
            case ast.With(body=inner):
                yield from _bindings(inner, certain)
            case (
                ast.If(body=inner, orelse=other)
                | ast.For(body=inner, orelse=other)
                | ast.While(body=inner, orelse=other)
            ):
                yield from _bindings([*inner, *other], False)
            case ast.Try(body=inner, handlers=handlers, orelse=other, finalbody=final):
                yield from _bindings([*inner, *other, *final], False)
                for handler in handlers:
                    yield from _bindings(handler.body, False)


def _methods(tree: ast.Module, classes: dict[str, ast.ClassDef], name: str) -> Iterator[_Definition]:
    """The methods of a class of the script, and of those it inherits from."""
    waiting, seen = [name], set[str]()
    known: set[str] = set()
    while waiting:
        kind = classes.get(waiting.pop(0))
        if kind is None or kind.name in seen:
            continue
        seen.add(kind.name)
        own = [_Definition(node, bound, True, certain) for node, bound, certain in _bindings(kind.body)]
        yield from (definition for definition in own if definition.name not in known)
        known.update(definition.name for definition in own)
        waiting += [base.id for base in kind.bases if isinstance(base, ast.Name)]


def find_hooks(
    tree: ast.Module, forms: tuple[HookForm, ...], source: Source
) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """The canonical names of the hooks a script defines, and what is wrong with them."""
    top = [_Definition(node, name, False, certain) for node, name, certain in _bindings(tree.body)]
    classes = {definition.name: definition.node for definition in top if isinstance(definition.node, ast.ClassDef)}
    definitions = top + list(_methods(tree, classes, SCRIPT_CLASS))
    names, found = [], []
    for form in forms:
        own = [definition for definition in definitions if definition.name in form.names]
        if own:
            names.append(form.name)
        found += [source.diagnostic(definition.node, words) for definition, words in _repeated(form, own)]
        found += [
            source.diagnostic(definition.node, words)
            for definition in own
            for words in _wrong(form, definition, source)
        ]
    return tuple(names), found


def _repeated(form: HookForm, own: list[_Definition]) -> Iterator[tuple[_Definition, Words]]:
    for number, definition in enumerate(own[1:], 1):
        for earlier in own[:number]:
            same_form = (earlier.name, earlier.method) == (definition.name, definition.method)
            if same_form and not (earlier.certain and definition.certain):
                continue
            line = getattr(earlier.node, "lineno", 1)
            message = f"The hook {form.name} is already defined in line {line}."
            yield definition, Words("duplicate-hook", message, "Keep one: a function or a method of class Script.")
            break


def _wrong(form: HookForm, definition: _Definition, source: Source) -> Iterator[Words]:
    node = definition.node
    what = f"The hook {form.name}"
    match node:
        case ast.ClassDef():
            yield Words("hook", f"{what} is a class.", f"Write def {form.name}(...).")
        case ast.FunctionDef(args=arguments) | ast.AsyncFunctionDef(args=arguments):
            # async itself is refused by the language, whatever the function's name
            if source.has("yield") and any(True for _ in _yields(node.body)):
                message = f"{what} is a generator: it contains yield."
                yield Words("generator-hook", message, "Return the result; collect parts in a list.")
            expected = form.arguments
            if definition.method:
                decorators = [d.id for d in node.decorator_list if isinstance(d, ast.Name)]
                expected += "staticmethod" not in decorators
            if all(isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod") for d in node.decorator_list):
                yield from _miscounted(form, arguments, expected, definition.method)
        case ast.Assign(value=ast.Lambda(args=arguments)) | ast.AnnAssign(value=ast.Lambda(args=arguments)):
            yield from _miscounted(form, arguments, form.arguments + definition.method, definition.method)


def _yields(body: list[ast.stmt]) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.GeneratorExp)):
            waiting.extend(ast.iter_child_nodes(node))


def _miscounted(form: HookForm, spec: ast.arguments, expected: int, method: bool) -> Iterator[Words]:
    positional = len(spec.posonlyargs) + len(spec.args)
    required = positional - len(spec.defaults)
    keywords = [arg.arg for arg, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if default is None]
    if not keywords and required <= expected and (expected <= positional or spec.vararg is not None):
        return
    arguments = ", ".join((["self"] if method else []) + ["request", "response"][: form.arguments])
    message = f"The hook {form.name} is called with {form.arguments} argument{'s' * (form.arguments != 1)}."
    yield Words("hook-arguments", message, f"Write def {form.name}({arguments}).")
