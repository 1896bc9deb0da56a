"""Changes values in integration.toml and leaves the rest as its author wrote it: comments, order, empty lines and
how lines end.

The standard library reads TOML and writes none. What is changed here is flat: keys at the top and keys of [hookcell].
A statement is as many lines as make TOML; the result is read again, and must say what was meant.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.devtools.files import FixtureError
from engine.model.json import JsonObject, JsonValue

MAX_BYTES = 256 * 1024
# of a value over several lines
MAX_LINES = 1_000

_KEY = re.compile(r"""[ \t]*([\w-]+|"[^"\\]*"|'[^']*')[ \t]*=""")
_HEADER = re.compile(r"""[ \t]*\[[ \t]*["']?([\w-]+)["']?[ \t]*\][ \t]*(?:#.*)?$""")


@dataclass(slots=True)
class _Section:
    """The lines below a header, without one those at the top; of statements the key and its lines, else no key."""

    name: str
    header: str = ""
    statements: list[tuple[str, list[str]]] = field(default_factory=list)


def edited(text: str, values: Mapping[str, JsonValue], file: Path, *, note: str = "") -> str:
    """`text` with these values; None takes a key away. New keys come last, ours (`_...`) below `note`.

    Raises FixtureError, which names `file`.
    """
    if len(text) > MAX_BYTES:
        raise FixtureError(file, f"has more than {MAX_BYTES // 1024} KiB; it holds settings, nothing else")
    try:
        before = tomllib.loads(text)
        sections = _sections(text.replace("\r\n", "\n"))
        for key, value in values.items():
            own = next((section for section in sections if section.name == key), None)
            if own is not None and isinstance(value, dict):
                _set_all(own, before[key], value)
            elif own is not None:
                sections.remove(own)
            else:
                _set(sections[0], key, value, note)
        result = _joined(sections)
        as_meant = tomllib.loads(result) == _applied(before, values)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FixtureError(file, f"cannot be edited: {error}") from None
    if not as_meant:
        names = ", ".join(values)
        raise FixtureError(file, f"is written in a way that cannot be edited; write {names} by hand, each in a line")
    return result.replace("\n", "\r\n") if "\r\n" in text else result


def toml(value: JsonValue) -> str:
    """A value as TOML writes it; a None in it is left out."""
    match value:
        case dict():
            items = [f"{_key(key)} = {toml(item)}" for key, item in value.items() if item is not None]
            return "{ " + ", ".join(items) + " }" if items else "{}"
        case list():
            return "[" + ", ".join(toml(item) for item in value if item is not None) + "]"
        case _:
            # what JSON escapes, TOML reads, but for this one, which JSON leaves
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _sections(text: str) -> list[_Section]:
    found = [_Section("")]
    lines = text.split("\n")
    place = 0
    while place < len(lines):
        line = lines[place]
        if (header := _HEADER.match(line)) is not None:
            found.append(_Section(header[1], line))
            place += 1
        elif (key := _KEY.match(line)) is not None:
            count = _statement(lines[place : place + MAX_LINES])
            found[-1].statements.append((key[1].strip("\"'"), lines[place : place + count]))
            place += count
        else:
            found[-1].statements.append(("", [line]))
            place += 1
    return found


def _statement(lines: list[str]) -> int:
    """How many of the lines make one. Raises TOMLDecodeError when none do."""
    for count in range(1, len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        return count
    raise tomllib.TOMLDecodeError(f"{lines[0].strip()[:80]!r} does not end")


def _set_all(section: _Section, before: Mapping[str, JsonValue], values: JsonObject) -> None:
    for key in before.keys() - values.keys():
        _set(section, key, None, "")
    for key, value in values.items():
        _set(section, key, value, "")


def _set(section: _Section, key: str, value: JsonValue, note: str) -> None:
    place = next((number for number, (name, _) in enumerate(section.statements) if name == key), None)
    if place is None and value is not None:
        _append(section, key, f"{_key(key)} = {toml(value)}", note)
    elif place is not None and value is None:
        del section.statements[place]
    elif place is not None:
        lines = section.statements[place][1]
        if tomllib.loads("\n".join(lines)) != {key: value}:
            section.statements[place] = (key, [f"{_key(key)} = {toml(value)}{_comment(lines)}"])


def _append(section: _Section, key: str, line: str, note: str) -> None:
    """Below the last statement; the first of ours gets a note of what it is."""
    ours = key.startswith("_")
    last = max((number for number, (name, _) in enumerate(section.statements) if name), default=-1)
    if not ours:
        theirs = (number for number, (name, _) in enumerate(section.statements) if name and not name.startswith("_"))
        last = max(theirs, default=-1)
    new = [(key, [line])]
    if ours and note and not any(name.startswith("_") for name, _ in section.statements):
        new = [("", [""]), ("", [f"# {note}"]), *new]
    section.statements[last + 1 : last + 1] = new


def _comment(lines: list[str]) -> str:
    """What stands behind the value of one line."""
    (line, *more) = lines
    if more:
        return ""
    whole = tomllib.loads(line)
    for found in re.finditer("#", line):
        try:
            if tomllib.loads(line[: found.start()]) == whole:
                return "  " + line[found.start() :]
        except tomllib.TOMLDecodeError:
            continue
    return ""


def _joined(sections: list[_Section]) -> str:
    lines: list[str] = []
    for section in sections:
        lines += [section.header] if section.header else []
        lines += [line for _, statement in section.statements for line in statement]
    return "\n".join(lines).rstrip("\n") + "\n"


def _applied(before: JsonObject, values: Mapping[str, JsonValue]) -> JsonObject:
    return {key: value for key, value in {**before, **values}.items() if value is not None}


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml(key)
