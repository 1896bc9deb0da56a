"""What may follow what was typed: names, members of the library, keys of the loaded payload. Nothing is run for it.

Keys are found by following what is written, `request["content"]["alerts"][0]`, through the payload's JSON, and through
names that such a path was assigned to.
"""

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.devtools.files import FixtureError, path_of
from engine.devtools.repl.names import Names
from engine.devtools.repl.reading import COMMAND, is_inside_text
from engine.model.json import JsonObject, JsonValue
from engine.scripts import builtin_names, library_table

MAX_OFFERED = 200
MAX_FILES = 10_000
# the end of what was typed, and of its last line
MAX_LOOKED_AT = 64 * 1024
MAX_LINE = 1_000
# of a name that stands for a path that begins with a name
MAX_HOPS = 8

_TEXT = r"""(?:'[^'\\\n]*'|"[^"\\\n]*")"""
_STEP = rf"(?:\[\s*(?:{_TEXT}|-?\d+)\s*\]|\.get\(\s*{_TEXT}\s*\))"
_PATH = rf"(?<![\w.\])'\"])[A-Za-z_]\w*{_STEP}*"
_KEY = re.compile(rf"""({_PATH})(\[\s*|\.get\(\s*)(['"])([^'"\\\n]*)$""")
_UNQUOTED = re.compile(rf"({_PATH})\[$")
_MEMBER = re.compile(rf"({_PATH}|(?<![\w.\])])[A-Za-z_][\w.]*)\.(\w*)$")
_STEPS = re.compile(rf"\[\s*(?:({_TEXT})|(-?\d+))\s*\]|\.get\(\s*({_TEXT})\s*\)")
_WHOLE = re.compile(rf"{_PATH}\Z")
_ASSIGNED = re.compile(rf"^[ \t]*(\w+)[ \t]*=[ \t]*({_PATH})[ \t]*$", re.MULTILINE)
_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+(?:[\w.]+[ \t]*,[ \t]*)*([\w.]*)$")
_IMPORT_FROM = re.compile(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(?:\w+[ \t]*,[ \t]*)*(\w*)$")
_STEP_BEGINS = re.compile(r"[.\[]")
_WORD = re.compile(r"(?<![\w.])([A-Za-z_]\w*)$")
_WORDS = re.compile(r"\b[A-Za-z]\w*\b")
_FILES = re.compile(rf"^{COMMAND}(?:payload|save)[ \t]+(.*)$")

_KEYWORDS = frozenset(keyword.kwlist) - {"async", "await"}
_METHODS: dict[type, tuple[str, ...]] = {
    kind: tuple(name for name in dir(kind) if not name.startswith("_")) for kind in (str, dict, list)
}


@dataclass(frozen=True, slots=True)
class Offer:
    """`texts` may stand in the place of the last `replaced` characters."""

    texts: tuple[str, ...] = ()
    replaced: int = 0


NOTHING = Offer()


@dataclass(frozen=True)
class Scope:
    """What there is to complete from; `values` are `request` and `payload`, `commands` the REPL's own."""

    names: Names = Names()
    values: JsonObject = field(default_factory=dict)
    commands: tuple[str, ...] = ()

    @cached_property
    def library(self) -> Mapping[str, tuple[str, ...]]:
        return library_table()

    @cached_property
    def known(self) -> frozenset[str]:
        return self.names.defined | self.values.keys() | _KEYWORDS | frozenset(builtin_names())

    def value(self, path: str) -> JsonValue:
        """Of a path as it is written; None where there is none."""
        return self._value(path, MAX_HOPS)

    def _value(self, path: str, hops: int) -> JsonValue:
        name = _STEP_BEGINS.split(path, 1)[0]
        value: JsonValue = None
        if name in self.names.paths and hops and _WHOLE.match(self.names.paths[name]):
            value = self._value(self.names.paths[name], hops - 1)
        elif name not in self.names.defined:
            value = self.values.get(name)
        for step in _STEPS.finditer(path, len(name)):
            key = step[1] or step[3]
            match value:
                case dict() if key is not None:
                    value = value.get(key[1:-1])
                case list() if key is None and -len(value) <= int(step[2][:9]) < len(value):
                    value = value[int(step[2][:9])]
                case _:
                    return None
        return value


def complete(before: str, scope: Scope) -> Offer:
    """What may follow `before`, all that was typed up to the cursor."""
    before = before[-MAX_LOOKED_AT:]
    if before.startswith(COMMAND):
        return _command(before, scope)
    line = before.rpartition("\n")[2][-MAX_LINE:]
    assigned = dict(_ASSIGNED.findall(before))
    if assigned:
        scope = Scope(scope.names.with_those_of(Names(frozenset(), {}, assigned)), scope.values, scope.commands)
    if (found := _KEY.search(line)) is not None:
        closing = "]" if found[2].startswith("[") else ")"
        return _offer((f"{key}{found[3]}{closing}" for key in _keys(scope.value(found[1]))), found[4])
    if is_inside_text(before):
        return NOTHING
    if (found := _UNQUOTED.search(line)) is not None:
        return _offer((f'"{key}"]' for key in _keys(scope.value(found[1]))), "")
    return _code(before, line, scope)


def _code(before: str, line: str, scope: Scope) -> Offer:
    if (found := _IMPORT_FROM.search(line)) is not None:
        return _offer(scope.library.get(found[1], ()), found[2])
    if (found := _IMPORT.search(line)) is not None:
        return _offer(scope.library, found[1])
    if (found := _MEMBER.search(line)) is not None:
        return _offer(_members(found[1], scope), found[2])
    if (found := _WORD.search(line)) is not None:
        # what is being typed has names of its own, which cannot be parsed yet
        own = set(_WORDS.findall(before[: len(before) - len(found[1])]))
        return _offer(scope.known | own, found[1])
    return NOTHING


def _members(path: str, scope: Scope) -> Iterable[str]:
    top, dot, rest = path.partition(".")
    title = scope.names.modules.get(top, "")
    if title and f"{title}{dot}{rest}" in scope.library:
        return scope.library[f"{title}{dot}{rest}"]
    return _METHODS.get(type(scope.value(path)), ())


def _keys(value: JsonValue) -> Iterable[str]:
    """Those that can be written as they are."""
    if not isinstance(value, dict):
        return ()
    return (key for key in value if key.isprintable() and not set(key) & set("'\"\\"))


def _command(before: str, scope: Scope) -> Offer:
    if (found := _FILES.match(before)) is not None:
        return _files(found[1])
    return _offer((f"{COMMAND}{name}" for name in scope.commands), before)


def _files(typed: str) -> Offer:
    folder, _, name = typed.rpartition("/")
    found: list[str] = []
    try:
        place = path_of(f"{folder}/" if "/" in typed else ".")
        for number, file in enumerate(place.iterdir()):
            if number == MAX_FILES:
                break
            if file.name.startswith(".") is name.startswith("."):
                found.append(f"{file.name}/" if file.is_dir() else file.name)
    except (OSError, FixtureError):
        return NOTHING
    return _offer((text for text in found if text.isprintable()), name)


def _offer(texts: Iterable[str], begun: str) -> Offer:
    fitting = (text for text in texts if text.startswith(begun) and text != begun)
    found = sorted(text for text in fitting if begun.startswith("_") or not text.startswith("_"))
    return Offer(tuple(found[:MAX_OFFERED]), len(begun))
