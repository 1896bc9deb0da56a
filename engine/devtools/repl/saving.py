"""What was typed as the text of a script: what defines something, without what only looked at a payload."""

import ast
from collections.abc import Sequence
from pathlib import Path

from engine.devtools.files import FixtureError, path_of
from engine.devtools.repl.names import parsed
from engine.devtools.repl.session import Input

# names that only a session has
_OF_SESSIONS = frozenset({"request", "payload", "_"})


def as_script(source: str, inputs: Sequence[Input]) -> tuple[str, tuple[Input, ...]]:
    """The script with what was typed below it, and the inputs that were left out."""
    kept = [input for input in inputs if not input.expression and not _looks_at_a_payload(input.text)]
    left_out = tuple(input for input in inputs if input not in kept)
    texts = [source.rstrip("\n")] if source.strip() else []
    return "\n\n\n".join([*texts, *(input.text for input in kept)]) + "\n", left_out


def write_new(name: str, text: str) -> Path:
    """Raises FixtureError, also where there is such a file."""
    target = path_of(name)
    try:
        with target.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise FixtureError(target, "is there already, and is left as it is; choose another name") from None
    except (OSError, UnicodeError) as error:
        raise FixtureError(target, f"cannot be written: {error}") from None
    return target


def _looks_at_a_payload(text: str) -> bool:
    """Outside of functions: what a function calls `request` is its own."""
    tree = parsed(text)
    waiting: list[ast.AST] = [] if tree is None else [*tree.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and node.id in _OF_SESSIONS:
            return True
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return tree is None
