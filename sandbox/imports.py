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
    found = []
    for node in tree.body:
        for why, place in _missing(node):
            found.append(source.diagnostic(place, Words("import", f"{why[0].upper()}{why[1:]}.", _HINT)))
    return found


def _missing(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                why = missing_import(alias.name)
                if why is not None:
                    yield why, alias
        case ast.ImportFrom(module=str(module), level=0, names=names) if module != "__future__":
            why = missing_import(module)
            if why is not None:
                yield why, node
                return
            for alias in names:
                why = missing_import(module, (alias.name,)) if not alias.name.startswith(("_", "*")) else None
                if why is not None:
                    yield why, alias
