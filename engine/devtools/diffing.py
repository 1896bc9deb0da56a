"""What is other in a text or a value than before, as lines for a person: `-` was, `+` is.

A value is told by its leaves, each with its path, so that a change is one line wherever it stands.
"""

import json
from collections.abc import Iterator
from difflib import unified_diff
from itertools import islice

from engine.devtools.printing import Terminal
from engine.model.json import JsonObject, JsonValue

MAX_LINES = 400
MAX_TEXT_LINES = 10_000
MAX_LEAVES = 20_000

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def text_diff(before: str, after: str, *, name: str = "", around: int = 3) -> list[str]:
    """A unified diff; `[]` when nothing is other."""
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > MAX_TEXT_LINES:
        return [] if before == after else [f"{name}: {len(old)} lines were, {len(new)} lines are: too many to compare"]
    return _cut(unified_diff(old, new, name, name, n=around, lineterm=""))


def value_diff(before: JsonValue, after: JsonValue) -> list[str]:
    """`-` and `+` lines in the order of `before`; `[]` when nothing is other."""
    changes = unified_diff(list(_leaves("", before)), list(_leaves("", after)), n=0, lineterm="")
    return _cut(line for line in changes if not line.startswith(("---", "+++", "@@")))


def print_diff(terminal: Terminal, lines: list[str]) -> None:
    for line in lines:
        terminal.line(line, "" if line.startswith(("---", "+++")) else _STYLES.get(line[:1], ""))


def only_what_is_told(told: JsonObject, whole: JsonObject) -> JsonObject:
    """`whole` with the keys of `told`, at any depth: for what a person wrote down in part."""
    return {key: _same_keys(value, whole[key]) for key, value in told.items() if key in whole}


def _same_keys(told: JsonValue, whole: JsonValue) -> JsonValue:
    match told, whole:
        case dict(), dict():
            return only_what_is_told(told, whole)
        case list(), list() if len(told) == len(whole):
            return [_same_keys(one, other) for one, other in zip(told, whole, strict=True)]
        case _:
            return whole


def _leaves(path: str, value: JsonValue) -> Iterator[str]:
    return islice(_walk(path, value), MAX_LEAVES)


def _walk(path: str, value: JsonValue) -> Iterator[str]:
    match value:
        case dict() if value or not path:
            for key, item in value.items():
                plain = key.replace("-", "_").isidentifier()
                step = f".{key}" if plain and path else key if plain else f"[{json.dumps(key, ensure_ascii=False)}]"
                yield from _walk(path + step, item)
        case list() if value:
            for number, item in enumerate(value):
                yield from _walk(f"{path}[{number}]", item)
        case str() if "\n" in value:
            yield from (f"{path} | {line}" for line in value.split("\n"))
        case str():
            yield f"{path}: {value}"
        case _:
            yield f"{path}: {json.dumps(value, ensure_ascii=False)}"


def _cut(lines: Iterator[str]) -> list[str]:
    shown = list(islice(lines, MAX_LINES))
    more = sum(1 for _ in lines)
    return [*shown, f"... and {more} lines more"] if more else shown
