"""What Python itself refuses in a script, as diagnostics.

The parser tells of one thing and gives up. The compiler, too, tells one at a time (`return` outside a function, two
arguments of one name), but what it told of can be taken out of the tree, and the rest compiled again.
"""

import ast
from typing import Final

from sandbox.outcome import Diagnostic

# How much source in all is compiled only to hear more.
COMPILED_AGAIN: Final = 512 * 1024


def objections(source: str, filename: str) -> list[Diagnostic]:
    """All that the compiler refuses in a source that can be parsed, while COMPILED_AGAIN lasts."""
    found: list[Diagnostic] = []
    tree: ast.Module | None = None
    for _ in range(1 + COMPILED_AGAIN // (len(source) + 1_000)):
        try:
            compile(source if tree is None else tree, filename, "exec", dont_inherit=True, optimize=0)
            break
        except SyntaxError as error:
            found.append(syntax_error(error))
            tree = tree or ast.parse(source, filename)
            if not _taken_out(tree, error):
                break
    return found


def syntax_error(error: SyntaxError) -> Diagnostic:
    line = max(error.lineno or 1, 1)
    column = max(error.offset or 1, 1)
    end_line = max(error.end_lineno or line, line)
    end_column = max(error.end_offset or column, column if end_line == line else 1)
    message, hint = f"{error.msg[:1].upper()}{error.msg[1:]}.", "Correct the syntax here or just before."
    if error.msg.startswith("Exceeds the limit"):
        message, hint = "An integer has more digits than Python reads.", "Write it in base 16: 0x..."
    return Diagnostic(line, column, end_line, end_column, "syntax", message, hint)


def _taken_out(tree: ast.Module, error: SyntaxError) -> bool:
    """Whether the innermost statement that an error is in was there to be made harmless."""
    place = (error.lineno or 0, (error.offset or 1) - 1)
    found: tuple[list[ast.stmt], int] | None = None
    inside: list[ast.AST] = [tree]
    while inside:
        for body in _bodies(inside.pop()):
            for index, node in enumerate(body):
                if _start(node) <= place <= (node.end_lineno or 0, node.end_col_offset or 0):
                    found = body, index
                    inside = [node]
    if found is None:
        return False
    body, index = found
    node = body[index]
    if isinstance(node, ast.Pass):
        return False
    if isinstance(node, ast.FunctionDef) and ast.unparse(node.args):
        node.args = ast.arguments([], [], None, [], [], None, [])
    else:
        body[index] = ast.copy_location(ast.Pass(), node)
    return True


def _start(node: ast.stmt) -> tuple[int, int]:
    return min((part.lineno, part.col_offset) for part in (node, *getattr(node, "decorator_list", ())))


def _bodies(node: ast.AST) -> list[list[ast.stmt]]:
    """The lists of statements right inside a node; an `except` or a `case` is no statement."""
    parts = [node, *getattr(node, "handlers", ()), *getattr(node, "cases", ())]
    names = ("body", "orelse", "finalbody")
    return [body for part in parts for name in names if isinstance(body := getattr(part, name, None), list)]
