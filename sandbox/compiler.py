"""Source to code or diagnostics: pure, runs nothing of the script.

Imported in the compile cell only. Whatever the compiler raises is a diagnostic: its input is hostile.
"""

import ast
import marshal
import warnings

from sandbox.diagnostics import Source, in_order
from sandbox.hooks import find_hooks
from sandbox.imports import check_imports
from sandbox.language import transform
from sandbox.limits import Limits
from sandbox.outcome import Diagnostic
from sandbox.policy import policy_digest
from sandbox.program import Compiled, HookForm

__all__ = ["Compiled", "HookForm", "compile_source", "policy_digest"]


def compile_source(
    source: str,
    *,
    filename: str,
    hooks: tuple[HookForm, ...] = (),
    limits: Limits = Limits(),  # noqa: B008
) -> Compiled | tuple[Diagnostic, ...]:
    """The code of a script, or everything that is wrong with it, sorted by place."""
    try:
        size = len(source.encode("utf-8"))
    except UnicodeEncodeError as error:
        line = source.count("\n", 0, error.start) + 1
        column = error.start - (source.rfind("\n", 0, error.start) + 1) + 1
        hint = "Save the script as UTF-8."
        return (_at("encoding", "A character here is half of a pair (a surrogate).", hint, line, column),)
    if size > limits.source_bytes:
        message = f"The script has {size:,} bytes; at most {limits.source_bytes:,} are allowed."
        return (_at("source-size", message, "Move data into the payload or the store."),)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _compile(source, filename, hooks, limits)
    except SyntaxError as error:
        return (_syntax_error(error),)
    except (RecursionError, MemoryError):
        message = "The script is nested too deeply to be compiled."
        return (_at("too-complex", message, "Split long expressions and deep nesting into functions."),)
    except (ValueError, OverflowError) as error:
        return (_at("syntax", f"Python cannot compile this: {error}.", "Look for odd characters or huge numbers."),)


def _compile(
    source: str, filename: str, hooks: tuple[HookForm, ...], limits: Limits
) -> Compiled | tuple[Diagnostic, ...]:
    text = Source(source)
    tree = ast.parse(source, filename)
    names, found = find_hooks(tree, hooks, text)
    found += check_imports(tree, text)
    found += _objections(source, filename)
    guarded, refused = transform(tree, text)
    if found or refused:
        # Where the language refuses a construct (async, say), Python's own complaint about it says no more.
        lines = {diagnostic.line for diagnostic in refused}
        own = [diagnostic for diagnostic in found if diagnostic.rule != "syntax" or diagnostic.line not in lines]
        return in_order([*own, *refused], limits.diagnostics)
    return Compiled(marshal.dumps(compile(guarded, filename, "exec", dont_inherit=True, optimize=0)), names)


def _objections(source: str, filename: str) -> list[Diagnostic]:
    """What Python refuses and the tree cannot show: `return` outside a function, two arguments of one name."""
    try:
        compile(source, filename, "exec", dont_inherit=True, optimize=0)
    except SyntaxError as error:
        return [_syntax_error(error)]
    return []


def _at(rule: str, message: str, hint: str, line: int = 1, column: int = 1) -> Diagnostic:
    return Diagnostic(line, column, line, column, rule, message, hint)


def _syntax_error(error: SyntaxError) -> Diagnostic:
    line = max(error.lineno or 1, 1)
    column = max(error.offset or 1, 1)
    end_line = max(error.end_lineno or line, line)
    end_column = max(error.end_offset or column, column if end_line == line else 1)
    message = f"{error.msg}."[0:1].upper() + f"{error.msg}."[1:]
    return Diagnostic(line, column, end_line, end_column, "syntax", message, "Correct the syntax here or just before.")
