"""Keys of `request` and `response` that are never there, where a hook names them in so many words.

A parameter that is bound anew, or that somebody else fills, is left alone: a false alarm costs more than a miss.
"""

import ast
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from engine.devtools.hook_fields import ARGUMENTS, Table
from engine.devtools.lint_source import Hook, Source
from engine.model.json import JsonObject

NEAR = 0.75
# what a request may be given besides, to be returned with it
RETURNED = ("message",)

_FILLS = frozenset({"update", "setdefault", "__ior__"})
_METHODS = frozenset(dir(dict))


def unknown_keys(source: Source) -> Iterator[JsonObject]:
    written = _keys_written(source.tree)
    for hook in source.hooks:
        for parameter, table in zip(hook.parameters, ARGUMENTS[hook.name], strict=False):
            if not _stays(hook, parameter):
                continue
            for node in ast.walk(hook.function):
                yield from _looked_at(source, node, parameter, table, written)


def _looked_at(
    source: Source, node: ast.AST, parameter: str, table: Table, written: frozenset[str]
) -> Iterator[JsonObject]:
    match node:
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key)), ctx=context):
            if name == parameter and key not in table.keys:
                if isinstance(context, ast.Load):
                    if key not in written:
                        yield _unknown(source, node.slice, parameter, key, table)
                elif key not in RETURNED and (near := nearest(key, table.keys)):
                    # anything else that is written is the author's own
                    yield _misspelt(source, node.slice, parameter, key, near)
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[ast.Constant(value=str(key)) as said, *_]
        ):
            if name == parameter and key not in table.keys and key not in written:
                yield _unknown(source, said, parameter, key, table)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Load()):
            if name == parameter and attribute in table.keys and attribute not in _METHODS:
                message = f"{parameter} is a dict; it has no attribute {attribute}."
                yield source.finding(node, "dict-attribute", message, f'Write {parameter}["{attribute}"].')


def _unknown(source: Source, node: ast.expr, parameter: str, key: str, table: Table) -> JsonObject:
    near = nearest(key, table.keys)
    if near:
        return _misspelt(source, node, parameter, key, near)
    hint = f"It has {', '.join(table.keys)}."
    return source.finding(node, "unknown-key", f'{parameter} has no key "{key}".', hint)


def _misspelt(source: Source, node: ast.expr, parameter: str, key: str, near: str) -> JsonObject:
    return source.finding(node, "unknown-key", f'{parameter} has no key "{key}".', f'Did you mean "{near}"?')


def nearest(key: str, known: Sequence[str]) -> str | None:
    """The one that is meant: misspelt, or as in JavaScript."""
    plain = {each.replace("_", "").lower(): each for each in known}
    found = get_close_matches(key.replace("_", "").replace("-", "").lower(), plain, 1, NEAR)
    return plain[found[0]] if found else None


def _keys_written(tree: ast.Module) -> frozenset[str]:
    """Keys that the script itself puts anywhere: they may be what it looks for."""
    return frozenset(
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    )


def _stays(hook: Hook, parameter: str) -> bool:
    """Whether the name means what the hook was given, all through it."""
    for node in ast.walk(hook.function):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if name == parameter:
                return False
            case ast.FunctionDef(args=arguments) | ast.Lambda(args=arguments) if node is not hook.function:
                inner = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
                if parameter in (argument.arg for argument in inner):
                    return False
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attribute)):
                if name == parameter and attribute in _FILLS:
                    return False
            case ast.MatchAs(name=name) | ast.MatchStar(name=name) | ast.ExceptHandler(name=name) if name == parameter:
                return False
    return True
