"""Caches of Python's library, kept from holding what a script made.

A key that is a subclass of str, bytes or int brings its own `__eq__` and `__hash__`: kept in a cache, it would answer
for others' keys in the next call. Facades hand on plain values; what C code or methods reach without a facade is
handled here. This file is a boundary.
"""

import _strptime  # type: ignore[import-not-found]
import builtins
import collections
import dataclasses
import re
from collections.abc import Callable
from types import CodeType
from typing import Any, Final
from xml.etree import ElementPath

from sandbox.guards import SCRIPT_MODULE

_parse_date: Final = _strptime._strptime
_REGEX_FLAGS: Final = 1 << 9


def plain(value: Any) -> Any:
    """A subclass of str, bytes or int (a flag of `re` is one) as the plain value; anything else as it is."""
    kind = type(value)
    if kind is str or kind is bytes or kind is int or kind is bool:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes):
        return bytes.__getitem__(value, slice(None))
    return int.__int__(value) if isinstance(value, int) else value


def on_plain_values(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:
        return function(*[plain(arg) for arg in args], **{name: plain(value) for name, value in named.items()})

    call.__name__ = call.__qualname__ = function.__name__
    return call


def warm_caches() -> None:
    """Once, in the zygote: every combination of flags is there before a script can enter one of its own."""
    _strptime._strptime = on_plain_values(_parse_date)
    vars(dataclasses)["exec"] = run_text
    vars(collections)["eval"] = value_of_text
    vars(ElementPath)["_cache"] = _PathCache()
    for value in range(_REGEX_FLAGS):
        re.RegexFlag(value)
    _flags.update(re.RegexFlag._value2member_map_)


# Flags by value. Whatever number a script makes one of is entered there by Python, with the script's own object.
_flags: Final[dict[Any, Any]] = {}


def forget_flags() -> None:
    known = re.RegexFlag._value2member_map_
    if len(known) != len(_flags) and _flags:
        known.clear()
        known.update(_flags)


class _PathCache(dict[Any, Any]):
    """ElementTree's cache of paths: (path, *(prefix, uri)) -> the compiled path."""

    def __setitem__(self, key: tuple[Any, ...], selector: Any) -> None:
        path, *namespaces = key
        if type(path) is str and all(type(text) is str for pair in namespaces for text in pair):
            super().__setitem__(key, selector)


# The text of the methods of a dataclass or a named tuple -> its code: made of the names of fields only, it is the same
# in every call, and compiling it is most of what such a class costs. Code holds no value of a script.
_codes: Final[dict[str, CodeType]] = {}
CODES_KEPT, LONGEST_KEPT = 64, 8192


# All that the methods of a dataclass call by name: whatever else their text might say, there is nothing to say it of.
_FOR_METHODS: Final[dict[str, Any]] = {
    "type": lambda value, /: type(value),
    **{name: getattr(builtins, name) for name in ("super", "hash", "NotImplemented", "TypeError", "AttributeError")},
}


def run_text(text: str, scope: dict[str, Any], names: dict[str, Any]) -> None:
    """`exec`, for dataclasses: not in `scope`, which is a module's, but in one of its own with next to no builtins."""
    builtins.exec(_code_of(text, "exec"), {"__builtins__": _FOR_METHODS, "__name__": SCRIPT_MODULE}, names)


def value_of_text(text: str, scope: dict[str, Any]) -> Any:
    """`eval`, for named tuples."""
    return builtins.eval(_code_of(text, "eval"), scope)


def _code_of(text: str, mode: str) -> CodeType:
    code = _codes.get(text)
    if code is None:
        code = builtins.compile(text, "<string>", mode)
        if len(text) <= LONGEST_KEPT:
            if len(_codes) >= CODES_KEPT:
                _codes.clear()
            _codes[text] = code
    return code


# The templates of `Pattern.sub`, which no facade sees: 3.12 renamed the function.
_templates: Final = getattr(re, "_compile_template", None) or getattr(re, "_compile_repl", None)


def forget_templates() -> None:
    if _templates is not None:
        _templates.cache_clear()
