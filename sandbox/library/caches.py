"""Caches of Python's library, kept from holding what a script made.

A key that a script made brings its own `__eq__` and `__hash__`, and would answer for others' keys in the next call;
what it refers to would live as long. So each cache that lasts takes plain keys only, whatever way leads to it, and what
has others is not kept. Emptied are typing's, and that of templates, which C code holds on to. This file is a boundary.
"""

import _strptime  # type: ignore[import-not-found]
import builtins
import collections
import dataclasses
import fractions
import functools
import re
import typing
import urllib.parse
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


_PLAIN: Final = frozenset({str, bytes, int, bool, type(None)})


def is_plain(key: Any) -> bool:
    """Whether a key says nothing but its value: text, a number, one of their types, or a tuple of such."""
    kind = type(key)
    if kind is tuple:
        return all(is_plain(part) for part in key)
    return kind in _PLAIN or (kind is type and key in _PLAIN)


class PlainKeys(dict[Any, Any]):
    """A cache of a module's that is a dict: what has another key is not kept."""

    def __setitem__(self, key: Any, value: Any) -> None:
        if is_plain(key):
            super().__setitem__(key, value)


class _Quoter(vars(urllib.parse)["_Quoter"]):  # type: ignore[misc]
    """The number of a byte -> how it is quoted. Who asks for what is no number is answered, and not remembered."""

    def __setitem__(self, key: Any, value: Any) -> None:
        if type(key) is int:
            super().__setitem__(key, value)


def gated(cached: Any) -> Callable[..., Any]:
    """A function of `lru_cache`, for plain arguments; for others what it caches, uncached."""
    function = cached.__wrapped__

    def call(*args: Any, **named: Any) -> Any:
        return (cached if is_plain(args) and is_plain((*named.values(),)) else function)(*args, **named)

    call.__name__ = call.__qualname__ = cached.__name__
    return call


def _of_plain(special: Any) -> Callable[..., Any]:
    """What a special form of typing does with its parameters, cached for plain ones.

    Its keys hold their classes as well, which an `__eq__` of a script would be given: of a class it is `type`.
    """
    cached = special._getitem

    def call(form: Any, /, *parameters: Any) -> Any:
        return (cached if is_plain(parameters) else cached.__wrapped__)(form, *parameters)

    return call


# From 3.13 on the latter, too.
_FORMS: Final[tuple[Any, ...]] = (typing.Literal, typing.Annotated)
_OF_PLAIN: Final = [(form, _of_plain(form)) for form in _FORMS if hasattr(form, "_getitem")]


# Of each module the names that hold a cache: of `lru_cache`, and dicts.
GATED: Final[tuple[tuple[Any, str], ...]] = (
    (urllib.parse, "urlsplit"),
    (urllib.parse, "_byte_quoter_factory"),
    (fractions, "_hash_algorithm"),
    (re, "_cache"),
    (re, "_cache2"),
    (_strptime, "_regex_cache"),
    (ElementPath, "_cache"),
)


def warm_caches() -> None:
    """Once, in the zygote: every combination of flags is there before a script can enter one of its own."""
    _strptime._strptime = on_plain_values(_parse_date)
    vars(dataclasses)["exec"] = run_text
    vars(collections)["eval"] = value_of_text
    vars(urllib.parse)["_Quoter"] = _Quoter
    for module, name in GATED:
        cache = vars(module).get(name)
        if isinstance(cache, functools._lru_cache_wrapper):
            cache.cache_clear()
            vars(module)[name] = gated(cache)
        elif type(cache) is dict:
            vars(module)[name] = PlainKeys()
    for form, of_plain in _OF_PLAIN:
        form._getitem = of_plain
    for value in range(_REGEX_FLAGS):
        re.RegexFlag(value)
    _flags.update(re.RegexFlag._value2member_map_)


# Flags by value. Whatever number a script makes one of is entered there by Python, with the script's own object.
_flags: Final[dict[Any, Any]] = {}


# Each of these says whether there was anything of a script to let go, since that may run what the script left.


def forget_flags() -> bool:
    known = re.RegexFlag._value2member_map_
    if len(known) == len(_flags) or not _flags:
        return False
    held = dict(known)
    known.clear()
    known.update(_flags)
    held.clear()
    return True


# typing's, and the templates of `Pattern.sub`, which no facade sees: 3.12 renamed the function.
_OF_TYPING: Final = tuple(clear.__self__ for clear in typing._cleanups)  # type: ignore[attr-defined]
_templates: Final = getattr(re, "_compile_template", None) or getattr(re, "_compile_repl", None)
CLEARED: Final = (*_OF_TYPING, *((_templates,) if _templates is not None else ()))


def forget_aliases() -> bool:
    return _emptied(_OF_TYPING)


def forget_templates() -> bool:
    return _templates is not None and _emptied((_templates,))


def _emptied(caches: tuple[Any, ...]) -> bool:
    used = False
    for cache in caches:
        if cache.cache_info().currsize:
            cache.cache_clear()
            used = True
    return used


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
