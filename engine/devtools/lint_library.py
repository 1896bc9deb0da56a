"""Names of the standard library that scripts do not have: `json.JSONDecoder`, where `json` is what was imported."""

import ast
from collections.abc import Iterator
from difflib import get_close_matches

from engine.devtools.lint_source import Source
from engine.model.json import JsonObject
from engine.scripts import library_table

SHOWN = 12


def unknown_names(source: Source) -> Iterator[JsonObject]:
    imported = _imported(source.tree)
    used = {
        node.value.id: None
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported
    }
    if not used:
        return
    table = library_table()
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Load()) if name in used:
                module = imported[name]
                there = table.get(module)
                if there is not None and attribute not in there and f"{module}.{attribute}" not in table:
                    near = get_close_matches(attribute, there, 1)
                    more = "" if len(there) <= SHOWN else " and others"
                    hint = f"Did you mean {name}.{near[0]}?" if near else f"It has {', '.join(there[:SHOWN])}{more}."
                    yield source.finding(node, "unknown-name", f"{module} has no {attribute} in scripts.", hint)


def _imported(tree: ast.Module) -> dict[str, str]:
    """Names that stand for a module wherever they are used: bound by an import, and by nothing else."""
    found: dict[str, str] = {}
    bound: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if alias.asname is not None:
                        found[alias.asname] = alias.name
                    else:
                        top = alias.name.partition(".")[0]
                        found[top] = top
            case ast.ImportFrom(module=str(package), names=names):
                found |= {alias.asname or alias.name: f"{package}.{alias.name}" for alias in names}
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                bound.add(name)
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
    return {name: module for name, module in found.items() if name not in bound}
