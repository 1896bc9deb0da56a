"""Source to code or diagnostics: pure, runs nothing of the script.

Imported in the compile cell only. Whatever the compiler raises is a diagnostic: its input is hostile.
"""

import ast
import marshal
import resource
import warnings
from typing import Final

from sandbox.diagnostics import Source, in_order
from sandbox.hooks import find_hooks
from sandbox.imports import check_imports
from sandbox.language import transform
from sandbox.limits import Limits
from sandbox.objections import objections, syntax_error
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
    # the byte order mark of some editors; Python, too, reads files without it
    source = source.removeprefix("\ufeff")
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
    before = _peak()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _compile(source, filename, hooks, limits)
    except SyntaxError as error:
        return (syntax_error(error),)
    except MemoryError:
        # Python's parser says so of deep nesting, too, having used next to nothing.
        if _peak() - before > limits.compile_memory // 4:
            return (compile_limit(f"The script needs more than {limits.compile_memory:,} bytes to compile."),)
        return (_TOO_DEEP,)
    except RecursionError:
        return (_TOO_DEEP,)
    except (ValueError, OverflowError) as error:
        return (_at("syntax", f"Python cannot compile this: {error}.", "Look for odd characters or huge numbers."),)


def _compile(
    source: str, filename: str, hooks: tuple[HookForm, ...], limits: Limits
) -> Compiled | tuple[Diagnostic, ...]:
    text = Source(source)
    tree = ast.parse(source, filename)
    names, found = find_hooks(tree, hooks, text)
    found += check_imports(tree, text)
    guarded, refused = transform(tree, text)
    if found or refused:
        found += objections(source, filename)
        # Where the language refuses a construct (async, say), Python's own complaint about it says no more.
        lines = {diagnostic.line for diagnostic in refused}
        own = [diagnostic for diagnostic in found if diagnostic.rule != "syntax" or diagnostic.line not in lines]
        return in_order([*own, *refused], limits.diagnostics)
    try:
        code = compile(guarded, filename, "exec", dont_inherit=True, optimize=0)
    except SyntaxError as error:
        return in_order(objections(source, filename) or [syntax_error(error)], limits.diagnostics)
    return Compiled(marshal.dumps(code), names)


def _peak() -> int:
    """The most memory this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def compile_limit(message: str) -> Diagnostic:
    return _at("compile-limit", message, "Make it shorter: split the work over several integrations.")


def _at(rule: str, message: str, hint: str, line: int = 1, column: int = 1) -> Diagnostic:
    return Diagnostic(line, column, line, column, rule, message, hint)


_TOO_DEEP: Final = _at(
    "too-complex",
    "The script is nested too deeply to be compiled.",
    "Split long expressions and deep nesting into functions.",
)
