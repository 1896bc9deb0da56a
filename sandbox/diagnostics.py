"""What is said to an author whose source is refused: a rule id, a message and a hint for each.

Rules are stable identifiers. Positions are counted in characters from 1, not in the bytes that `ast` counts.
"""

import ast
from collections.abc import Iterable
from typing import Final, NamedTuple

from sandbox.outcome import Diagnostic


class Words(NamedTuple):
    rule: str
    message: str
    hint: str


ASYNC: Final = Words(
    "async", "async code is not available: a script runs from start to end.", "Write a plain def without await."
)

# Syntax that RestrictedPython or this project refuses, by the name of its node.
REFUSED_SYNTAX: Final = {
    "AsyncFunctionDef": ASYNC,
    "AsyncFor": ASYNC,
    "AsyncWith": ASYNC,
    "Await": ASYNC,
    "TryStar": Words("except-star", "except* is not available.", "Write except with a tuple of exception types."),
    "TypeAlias": Words("type-parameters", "The type statement is not available.", "Write Name = list[int] instead."),
    "TypeVar": Words("type-parameters", "Type parameters are not available.", "Use typing.TypeVar and typing.Generic."),
    "TemplateStr": Words("t-string", "t-strings are not available.", "Write an f-string."),
}

UNKNOWN_SYNTAX: Final = Words("syntax", "This syntax is not available in scripts.", "Write it in plainer Python.")

# Builtins of Python that scripts do not have. A script may use these words as names of its own.
REFUSED_BUILTINS: Final = {
    "type": Words("type", "type() is not available.", "Write isinstance(x, dict) to ask what a value is."),
    "id": Words("id", "id() is not available.", "Compare with `is`, or use a key of your own."),
    "setattr": Words("setattr", "setattr() is not available.", "Write x.name = value, or keep the values in a dict."),
    "delattr": Words("delattr", "delattr() is not available.", "Write del x.name, or keep the values in a dict."),
    "vars": Words("vars", "vars() is not available.", "Name the attributes, or keep the values in a dict."),
    "dir": Words("dir", "dir() is not available.", "Ask for one attribute with hasattr(x, 'name')."),
    "globals": Words("globals", "globals() is not available.", "Keep the values in a dict of your own."),
    "locals": Words("locals", "locals() is not available.", "Keep the values in a dict of your own."),
    "open": Words("open", "open() is not available: scripts have no files.", "Use io.StringIO for text in memory."),
    "input": Words("input", "input() is not available: nobody is there to answer.", "Read the request's content."),
    "eval": Words("eval", "eval() is not available.", "Use json.loads for data, or a dict of functions for choices."),
    "exec": Words("exec", "exec() is not available.", "Write the code itself, or a dict of functions for choices."),
    "compile": Words("compile", "compile() is not available.", "For regular expressions write re.compile(...)."),
    "breakpoint": Words("breakpoint", "breakpoint() is not available.", "Use print(): it goes to the call's log."),
    "memoryview": Words("memoryview", "memoryview() is not available.", "Slice bytes: data[2:10]."),
    "exit": Words("exit", "exit() is not available.", "Return from the hook, or raise an exception."),
    "quit": Words("exit", "quit() is not available.", "Return from the hook, or raise an exception."),
    "help": Words("help", "help() is not available.", "Read the documentation of the library."),
    "aiter": ASYNC,
    "anext": ASYNC,
    "SystemExit": Words("base-exception", "SystemExit is not available.", "Return from the hook."),
    "BaseException": Words("base-exception", "BaseException is not available.", "Write except Exception."),
    "KeyboardInterrupt": Words("base-exception", "KeyboardInterrupt is not available.", "Write except Exception."),
    "GeneratorExit": Words("base-exception", "GeneratorExit is not available.", "Use finally in the generator."),
    "BaseExceptionGroup": Words("except-star", "Exception groups are not available.", "Raise one exception."),
    "ExceptionGroup": Words("except-star", "Exception groups are not available.", "Raise one exception."),
}

REFUSED_NAMES: Final = {
    "__name__": Words("private-name", "__name__ is not available.", "Leave the test out: the server calls the hook."),
    "__import__": Words("import", "__import__() is not available.", "Write import json at the top of the script."),
    "__slots__": Words(
        "private-name", "__slots__ is not available.", "Leave it out, or write @dataclass(slots=True) for the class."
    ),
    "__match_args__": Words(
        "private-name", "__match_args__ is not available.", "Match with case x if isinstance(x, A)."
    ),
    "__doc__": Words("private-name", "__doc__ is not available.", "Keep the text in a variable."),
    "__all__": Words("private-name", "__all__ is not available.", "Leave it out: nothing imports a script."),
    **{
        name: Words("private-name", f"{name} is not available.", "Leave it out, or write it in a comment.")
        for name in ("__author__", "__version__", "__date__", "__license__", "__copyright__", "__email__")
    },
    "__file__": Words("private-name", "__file__ is not available.", "Leave it out: scripts have no files."),
}

REFUSED_ATTRIBUTES: Final = {
    "__class__": Words("dunder", "x.__class__ is not available.", "Write isinstance(x, dict) to ask what a value is."),
    "__dict__": Words("dunder", "x.__dict__ is not available.", "Name the attributes, or keep the values in a dict."),
    "__name__": Words(
        "dunder",
        "x.__name__ is not available.",
        "Keep the name in an attribute; repr(error) shows that of an exception.",
    ),
    "__doc__": Words("dunder", "x.__doc__ is not available.", "Keep the text in a variable."),
}


class Source:
    """The text of a script, for turning `ast`'s byte offsets into columns an editor shows."""

    def __init__(self, text: str) -> None:
        self._lines = text.encode("utf-8").split(b"\n")

    def has(self, word: str) -> bool:
        """Whether the text holds it anywhere, a comment included."""
        needle = word.encode()
        return any(needle in line for line in self._lines)

    def column(self, line: int, offset: int) -> int:
        if not 1 <= line <= len(self._lines):
            return offset + 1
        return len(self._lines[line - 1][:offset].decode("utf-8", "replace")) + 1

    def diagnostic(self, node: ast.AST, words: Words) -> Diagnostic:
        line: int = getattr(node, "lineno", 1)
        offset: int = getattr(node, "col_offset", 0)
        end_line: int = getattr(node, "end_lineno", None) or line
        end_offset: int = getattr(node, "end_col_offset", None) or offset
        if end_line > line and hasattr(node, "body") and 1 <= line <= len(self._lines):
            # of a statement that holds others, what is in its own first line
            end_line, end_offset = line, len(self._lines[line - 1].rstrip())
        return Diagnostic(line, self.column(line, offset), end_line, self.column(end_line, end_offset), *words)


def in_order(found: Iterable[Diagnostic], most: int) -> tuple[Diagnostic, ...]:
    """Sorted by place, without repetitions, at most `most` of them."""
    return tuple(sorted(set(found), key=lambda d: (d.line, d.column, d.rule))[:most])
