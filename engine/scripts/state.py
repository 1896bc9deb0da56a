"""What a client sees of a saved script: `scriptCompiled`, a label, or `scriptError`, why it will not run."""

import hashlib
import sys
from collections.abc import Sequence
from importlib.metadata import version

from engine.model.json import JsonObject, JsonValue


def label(source: str) -> str:
    """Says what compiled the source; never code."""
    major = version("RestrictedPython").split(".")[0]
    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    return f"restrictedpython-{major}/cpython-{sys.version_info.major}.{sys.version_info.minor}/sha256:{digest}"


def does_not_compile(diagnostics: Sequence[JsonObject], source: str, filename: str) -> JsonObject:
    """`diagnostics` are {line, column, endLine, endColumn, rule, message, hint}, one at least."""
    lines = source.split("\n")
    blocks = []
    for found in diagnostics:
        line, column = found["line"], found["column"]
        assert isinstance(line, int) and isinstance(column, int)
        shown = lines[line - 1][:500] if 0 < line <= len(lines) else ""
        head = f"{filename}:{line}:{column}: {found['message']} {found['hint']}".rstrip()
        blocks.append(f"{head}\n    {shown}\n    {' ' * (column - 1)}^" if shown.strip() else head)
    items: list[JsonValue] = [*diagnostics]
    message = f"line {diagnostics[0]['line']}: {diagnostics[0]['message']}"
    return {"name": "SyntaxError", "message": message, "stack": "\n".join(blocks), "diagnostics": items}


def missing_hook(kind: str, wanted: Sequence[str], found: Sequence[str]) -> JsonObject:
    """`wanted` are the hooks of the kind as they are written, `found` the names of those the script defines."""
    there = f"it defines {', '.join(found)}" if found else "it defines no hook"
    article = "an" if kind[0] in "aeiou" else "a"
    message = f"The script of {article} {kind} integration must define {' or '.join(wanted)}; {there}."
    return {"name": "MissingHook", "message": message, "stack": message, "diagnostics": []}
