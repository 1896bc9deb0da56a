"""Text formatting without a way to attributes and with a cap on widths.

`str.format` and `format_map` reach items (`{0[key]}`), never attributes (`{0.name}`): a format string that comes from
data would otherwise walk through the interpreter. Widths and precisions are capped here and, where they are literal,
in the compiler. This file is a boundary.
"""

import re
import string
from types import BuiltinMethodType, MethodType
from typing import Any, Final

from sandbox.guards import ATTRIBUTE_RULES

MAX_WIDTH: Final = 10_000

_DIGITS: Final = re.compile(r"\d{5,}")
_PERCENT: Final = re.compile(r"%(?:\([^()]*\))?[#0 +\-]*(\*|\d+)?(?:\.(\*|\d+)?)?")
_FIELD: Final = re.compile(r"([^.\[\]]*)((?:\[[^\]]+\])*)")
_KEY: Final = re.compile(r"\[([^\]]+)\]")
_parse: Final = string.Formatter().parse
_CONVERSIONS: Final = {-1: None, ord("s"): str, ord("r"): repr, ord("a"): ascii}


def widest(spec: str) -> int:
    """The largest number in a format specification, 0 when no number is long enough to matter."""
    return max((int(digits[:12]) for digits in _DIGITS.findall(spec)), default=0)


def check_spec(spec: str) -> None:
    # a subclass of str may lie about its length
    if str.__len__(spec) > 4 and widest(spec) > MAX_WIDTH:
        raise ValueError(f"a format may be at most {MAX_WIDTH:,} wide")


def guarded_format(value: object, conversion: int, spec: str) -> str:
    """A replacement field of an f-string whose specification is made at run time."""
    check_spec(spec)
    convert = _CONVERSIONS[conversion]
    return format(value if convert is None else convert(value), spec)


def script_format(value: object, spec: str = "", /) -> str:
    """The builtin `format`."""
    if type(spec) is not str:
        raise TypeError("format() argument 2 must be str")
    check_spec(spec)
    return format(value, spec)


class _Fields:
    """The arguments of one `str.format`: by number, by position in turn, or by name."""

    def __init__(self, args: tuple[Any, ...], named: Any) -> None:
        self._args = args
        self._named = named
        self._turn: int | None = None

    def get(self, field: str) -> Any:
        match = _FIELD.fullmatch(field)
        if match is None:
            if "." in field:
                raise AttributeError(
                    f"a format field reaches items, not attributes: instead of {{{field}}} pass the value itself"
                )
            raise ValueError(f"the format field {{{field}}} cannot be read")
        first, keys = match.groups()
        value = self._first(first)
        for key in _KEY.findall(keys):
            value = value[int(key) if key.isdecimal() else key]
        return value

    def _first(self, name: str) -> Any:
        if name and not name.isdecimal():
            return self._named[name]
        if self._args is _MAPPING:
            raise ValueError("Format string contains positional fields")
        if name:
            if self._turn:
                raise ValueError("cannot switch from automatic field numbering to manual field specification")
            self._turn, index = 0, int(name)
        else:
            if self._turn == 0:
                raise ValueError("cannot switch from manual field specification to automatic field numbering")
            self._turn, index = (self._turn or 0) + 1, self._turn or 0
        try:
            return self._args[index]
        except IndexError:
            raise IndexError(f"Replacement index {index} out of range for positional args tuple") from None


_MAPPING: Final[tuple[Any, ...]] = ("format_map",)


def _render(template: str, fields: _Fields, depth: int = 2) -> str:
    if depth == 0:
        raise ValueError("Max string recursion exceeded")
    parts = []
    for literal, field, spec, conversion in _parse(template):
        parts.append(literal)
        if field is None:
            continue
        value = fields.get(field)
        if conversion:
            if conversion not in "sra":
                raise ValueError(f"Unknown conversion specifier {conversion}")
            value = str(value) if conversion == "s" else repr(value) if conversion == "r" else ascii(value)
        if spec and "{" in spec:
            spec = _render(spec, fields, depth - 1)
        parts.append(script_format(value, spec or ""))
    return "".join(parts)


def format_text(template: str, /, *args: Any, **named: Any) -> str:
    """`str.format`."""
    return _render(_plain(template), _Fields(args, named))


def format_map(template: str, mapping: Any, /) -> str:
    """`str.format_map`."""
    return _render(_plain(template), _Fields(_MAPPING, mapping))


def _plain(template: str) -> str:
    if not isinstance(template, str):
        raise TypeError(f"format needs a str, not {type(template).__name__}")
    return str.__str__(template)


_SAFE: Final = {"format": format_text, "format_map": format_map}
for _name, _function in _SAFE.items():
    _function.__name__ = _function.__qualname__ = _name
_RAW: Final = (str.format, str.format_map)


def _safe_format(obj: object, value: object) -> object:
    # Judged by the method that was found, not by the object: super() and properties lead to it, too.
    if type(value) is BuiltinMethodType:
        owner: object = value.__self__
        if isinstance(owner, str) and value.__name__ in _SAFE:
            return MethodType(_SAFE[value.__name__], owner)
    for raw in _RAW:
        if value is raw:
            return _SAFE[raw.__name__]
    return value


ATTRIBUTE_RULES["format"] = ATTRIBUTE_RULES["format_map"] = _safe_format


def check_percent(template: str | bytes | bytearray, values: object) -> None:
    """Refuse `template % values` when a width or precision in it is over the cap."""
    text = template if isinstance(template, str) else bytes(template).decode("latin-1")
    starred = False
    for match in _PERCENT.finditer(str.__str__(text)):
        for number in match.groups():
            if number == "*":
                starred = True
            elif number is not None and len(number) > 4 and int(number[:12]) > MAX_WIDTH:
                raise ValueError(f"a format may be at most {MAX_WIDTH:,} wide")
    if starred:
        for value in tuple.__iter__(values) if isinstance(values, tuple) else (values,):
            if isinstance(value, int) and abs(int.__int__(value)) > MAX_WIDTH:
                raise ValueError(f"a format may be at most {MAX_WIDTH:,} wide")
