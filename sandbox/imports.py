"""Imports that cannot work, told on save.

Only what runs for certain is judged: a module-level import outside `try`. The others raise when they are reached.
"""

import ast
from collections.abc import Iterator

from sandbox.diagnostics import Source, Words
from sandbox.library import missing_import
from sandbox.outcome import Diagnostic

_HINT = "Import what is there, or put the import into try: ... except ImportError:."


def check_imports(tree: ast.Module, source: Source) -> list[Diagnostic]:
    found, listed = [], set[str]()
    for node in tree.body:
        for place, title, name in _imported(node):
            # What there is in a module, or which modules there are, is told once.
            table = title if missing_import(title) is None else ""
            why = missing_import(title, (name,) if name else (), listing=table not in listed)
            if why is not None:
                if why != missing_import(title, (name,) if name else (), listing=False):
                    listed.add(table)
                message = f"{why[0].upper()}{why[1:]}"
                message += "" if message.endswith("?") else "."
                found.append(source.diagnostic(place, Words("import", message, _HINT)))
    return found


def _imported(node: ast.stmt) -> Iterator[tuple[ast.AST, str, str]]:
    """Where, which module, and which of its names ("" for the module itself)."""
    match node:
        case ast.Import(names=names):
            yield from ((alias, alias.name, "") for alias in names)
        case ast.ImportFrom(module=str(module), level=0) if missing_import(module) is not None:
            yield node, module, ""
        case ast.ImportFrom(module=str(module), level=0, names=names) if module != "__future__":
            yield from ((alias, module, alias.name) for alias in names if not alias.name.startswith(("_", "*")))
