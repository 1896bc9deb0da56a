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

_parse_date: Final = _strptime._strptime
_REGEX_FLAGS: Final = 1 << 9


def plain(value: Any) -> Any:
    """A script's subclass of str, bytes or int as the plain value; anything else as it is."""
    kind = type(value)
    if kind is str or kind is bytes or kind is int or kind is bool or kind is re.RegexFlag:
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
    for value in range(_REGEX_FLAGS):
        re.RegexFlag(value)


# The text of the methods of a dataclass or a named tuple -> its code: made of the names of fields only, it is the same
# in every call, and compiling it is most of what such a class costs. Code holds no value of a script.
_codes: Final[dict[str, CodeType]] = {}
CODES_KEPT, LONGEST_KEPT = 64, 8192


def run_text(text: str, scope: dict[str, Any], names: dict[str, Any] | None = None) -> None:
    """`exec`, for dataclasses."""
    builtins.exec(_code_of(text, "exec"), scope, names)


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
