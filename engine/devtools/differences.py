"""Says where an outcome is not what was expected, one readable line for each place.

Only what is expected is looked at: a dict may have more keys than expected, at any depth; a list has exactly the
items expected, in their order; true is not 1, but 1 is 1.0, as in JSON.
"""

import json
from itertools import zip_longest

from engine.model.json import JsonValue

MAX_DIFFERENCES = 100
SHOWN_CHARACTERS = 160


class _Absent:
    pass


_ABSENT = _Absent()


def compare(expected: JsonValue, actual: JsonValue) -> list[str]:
    """The differences in the order of `expected`, `[]` when there are none; the last line counts those beyond 100."""
    differences: list[str] = []
    todo: list[tuple[str, JsonValue, JsonValue | _Absent]] = [("", expected, actual)]
    while todo:
        path, want, got = todo.pop()
        if isinstance(want, dict) and isinstance(got, dict):
            todo += [(_key(path, key), want[key], got.get(key, _ABSENT)) for key in reversed(want)]
        elif isinstance(want, list) and isinstance(got, list):
            if len(want) != len(got):
                differences.append(f"{path or 'the outcome'}: expected {_items(want)}, got {_items(got)}")
            pairs = list(enumerate(zip(want, got, strict=False)))
            todo += [(f"{path}[{index}]", *pair) for index, pair in reversed(pairs)]
        elif isinstance(want, str) and isinstance(got, str):
            if want != got:
                differences.append(_text_difference(path, want, got))
        elif isinstance(got, _Absent):
            differences.append(f"{path}: expected {_show(want)}, there is no such key")
        elif isinstance(want, bool) is not isinstance(got, bool) or want != got:
            differences.append(f"{path or 'the outcome'}: expected {_show(want)}, got {_show(got)}")
    if len(differences) > MAX_DIFFERENCES:
        differences[MAX_DIFFERENCES:] = [f"and {len(differences) - MAX_DIFFERENCES} more"]
    return differences


def _key(path: str, key: str) -> str:
    if not key.isidentifier() and not key.replace("-", "_").isidentifier():
        return f"{path}[{_show(key)}]"
    return f"{path}.{key}" if path else key


def _items(value: list[JsonValue]) -> str:
    return "1 item" if len(value) == 1 else f"{len(value)} items"


def _text_difference(path: str, want: str, got: str) -> str:
    lines = list(zip_longest(want.split("\n"), got.split("\n")))
    number, (want_line, got_line) = next((n, pair) for n, pair in enumerate(lines, 1) if pair[0] != pair[1])
    place = f"{path or 'the outcome'}, line {number}" if len(lines) > 1 else path or "the outcome"
    if want_line is None or got_line is None:
        return f"{place}: expected {_end_or(want_line)}, got {_end_or(got_line)}"
    same = next(
        (index for index, (a, b) in enumerate(zip(want_line, got_line, strict=False)) if a != b),
        min(len(want_line), len(got_line)),
    )
    # a difference far into a long line is shown with what stands before it
    start = max(0, same - 40) if max(len(want_line), len(got_line)) > SHOWN_CHARACTERS else 0
    return f"{place}: expected {_show(want_line[start:], start > 0)}, got {_show(got_line[start:], start > 0)}"


def _end_or(line: str | None) -> str:
    return "the end of the text" if line is None else _show(line)


def _show(value: JsonValue, continued: bool = False) -> str:
    # a lone surrogate cannot be printed; its escape can
    text = json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace").decode()
    text = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
    return f"...{text}" if continued else text
