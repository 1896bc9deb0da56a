"""Operators whose result can be out of all proportion to their operands, and the caps on them.

A cap raises OverflowError in the script before the memory or the time is spent; the limits of the cell stand behind it.
"""

import operator
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from sandbox.guards import GUARDED_ATTRIBUTES, guarded_attribute
from sandbox.library.formatting import check_percent

MAX_INTEGER_BITS: Final = 1_000_000
MAX_REPEAT: Final = 10_000_000
MAX_FACTORIAL: Final = 20_000

_REPEATABLE: Final[tuple[Any, ...]] = (str, bytes, bytearray, list, tuple, deque)


def check_bits(bits: int) -> None:
    if bits > MAX_INTEGER_BITS:
        raise OverflowError(f"the result has more than {MAX_INTEGER_BITS:,} bits")


def _length(value: Any) -> int:
    for kind in _REPEATABLE:
        if isinstance(value, kind):
            return int(kind.__len__(value))
    return 0


def _check_repeat(value: Any, times: int) -> None:
    if times > 1 and _length(value) * times > MAX_REPEAT:
        raise OverflowError(f"the repeated {type(value).__name__} would have more than {MAX_REPEAT:,} elements")


def _check_mul(left: Any, right: Any) -> None:
    if isinstance(left, int):
        if isinstance(right, int):
            check_bits(int.bit_length(left) + int.bit_length(right))
        elif isinstance(right, _REPEATABLE):
            _check_repeat(right, int.__int__(left))
    elif isinstance(left, _REPEATABLE) and hasattr(type(right), "__index__") and not hasattr(type(right), "__rmul__"):
        _check_repeat(left, operator.index(right))
    elif isinstance(left, _REPEATABLE) and isinstance(right, int):
        _check_repeat(left, int.__int__(right))


def _check_pow(base: Any, exponent: Any) -> None:
    if not isinstance(exponent, int):
        return
    size = abs(int.__int__(exponent))
    if isinstance(base, int):
        bits = int.bit_length(base)
        if bits > 1:
            check_bits(bits * size)
    elif isinstance(base, Fraction):
        check_bits(max(base.numerator.bit_length(), base.denominator.bit_length()) * size)


def _check_mod(left: Any, right: Any) -> None:
    if isinstance(left, (str, bytes, bytearray)):
        check_percent(left, right)


def _check_lshift(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int) and left:
        check_bits(int.bit_length(left) + max(int.__int__(right), 0))


def guarded_mul(left: Any, right: Any) -> Any:
    kind = type(left)
    if kind is float or (kind is int and type(right) is int and -(1 << 60) < left < 1 << 60 > right > -(1 << 60)):
        return left * right
    _check_mul(left, right)
    return left * right


def guarded_mod(left: Any, right: Any) -> Any:
    if type(left) is not int:
        _check_mod(left, right)
    return left % right


def guarded_pow(base: Any, exponent: Any) -> Any:
    _check_pow(base, exponent)
    return base**exponent


def guarded_lshift(left: Any, right: Any) -> Any:
    _check_lshift(left, right)
    return left << right


def script_pow(base: Any, exp: Any, mod: Any = None) -> Any:
    """The builtin `pow`."""
    if mod is None:
        return guarded_pow(base, exp)
    return pow(base, exp, mod)


Check = Callable[[Any, Any], None]

_IN_PLACE: Final[dict[str, tuple[Callable[[Any, Any], Any], Check | None]]] = {
    "+=": (operator.iadd, None),
    "-=": (operator.isub, None),
    "*=": (operator.imul, _check_mul),
    "/=": (operator.itruediv, None),
    "//=": (operator.ifloordiv, None),
    "%=": (operator.imod, _check_mod),
    "**=": (operator.ipow, _check_pow),
    "<<=": (operator.ilshift, _check_lshift),
    ">>=": (operator.irshift, None),
    "|=": (operator.ior, None),
    "^=": (operator.ixor, None),
    "&=": (operator.iand, None),
    "@=": (operator.imatmul, None),
}


def guarded_inplace(op: str, left: Any, right: Any) -> Any:
    act, check = _IN_PLACE[op]
    if check is not None:
        check(left, right)
    return act(left, right)


def augment_item(op: str, holder: Any, key: Any) -> Callable[[Any], None]:
    """`holder[key] *= value`: reads at once, and changes when it is given the value."""
    old = holder[key]

    def change(value: Any, /) -> None:
        holder[key] = guarded_inplace(op, old, value)

    return change


def augment_attribute(op: str, holder: Any, name: str) -> Callable[[Any], None]:
    """`holder.name *= value`, for a name that the compiler has judged."""
    old = guarded_attribute(holder, name) if name in GUARDED_ATTRIBUTES else getattr(holder, name)

    def change(value: Any, /) -> None:
        setattr(holder, name, guarded_inplace(op, old, value))

    return change


def in_place(op: str) -> Callable[[Any, Any], Any]:
    """The function of one in-place operator, as `operator.imul` gives it."""

    def act(left: Any, right: Any, /) -> Any:
        return guarded_inplace(op, left, right)

    return act
