"""Mistakes of scripts that compile: what would fail, or do nothing, at the first call.

Each finding is a diagnostic as the sandbox makes them: {line, column, endLine, endColumn, rule, message, hint}. Rules
look only at what stands there in so many words, so that what they find is a mistake.
"""

import ast
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from itertools import islice
from typing import cast

from engine.devtools.lint_keys import unknown_keys
from engine.devtools.lint_library import unknown_names
from engine.devtools.lint_returns import bad_returns
from engine.devtools.lint_source import CANONICAL, SCRIPT, Source
from engine.model.json import JsonObject

NEAR = 0.8
MOST = 100


def lint(text: str) -> list[JsonObject]:
    """The findings in a source that compiled, in its order."""
    source = Source.parse(text)
    if source is None:
        return []
    try:
        found = [finding for rule in RULES for finding in islice(rule(source), MOST)]
    except RecursionError:
        return []
    found.sort(key=lambda each: (cast(int, each["line"]), cast(int, each["column"])))
    return found[:MOST]


def _misspelt_hooks(source: Source) -> Iterator[JsonObject]:
    """Functions that nobody calls and whose name is nearly a hook's."""
    used = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)}
    there = {hook.name for hook in source.hooks}
    for function, _ in source.functions:
        near = None if function.name in CANONICAL or function.name in used else _nearest(function.name)
        if near is not None and near not in there:
            message = f"{function.name} is no hook, and nothing calls it."
            yield source.finding(function, "misspelt-hook", message, f"Did you mean {near}?")


def _nearest(name: str) -> str | None:
    """The hook that is meant: spelt otherwise, or as in JavaScript."""
    plain = name.replace("_", "").lower()
    best, meant = NEAR, None
    for hook in CANONICAL:
        alike = SequenceMatcher(None, plain, hook.replace("_", ""))
        # the bounds are cheap, and there may be thousands of functions
        if min(alike.real_quick_ratio(), alike.quick_ratio()) >= best and (ratio := alike.ratio()) >= best:
            best, meant = ratio, CANONICAL[hook]
    return meant


def _misplaced_hooks(source: Source) -> Iterator[JsonObject]:
    """Methods with a hook's name, of a class that nobody looks into."""
    if source.hooks:
        return
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef) and node.name != SCRIPT:
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name in CANONICAL:
                    message = f"The hook {method.name} is a method of class {node.name}, where it is not looked for."
                    yield source.finding(method, "misplaced-hook", message, f"Call the class {SCRIPT}.")


RULES: tuple[Callable[[Source], Iterator[JsonObject]], ...] = (
    _misspelt_hooks,
    _misplaced_hooks,
    unknown_keys,
    unknown_names,
    bad_returns,
)
