"""About how many bytes an operation holds while it waits: its arguments, and what a closure caught.

Text and bytes count by their length, every other value by a flat sum; records and containers are walked. The first
thousand values are looked at, and what is beyond is taken for their average: this runs on the event loop.
"""

from collections.abc import Callable
from functools import partial
from types import CellType, FunctionType

_FLAT_BYTES = 64
_LOOKED_AT = 1_000
_FLAT = frozenset({int, float, bool, type(None)})
_TEXTS = frozenset({str, bytes})
_LISTS = frozenset({list, tuple, set, frozenset})


def weight(call: Callable[..., object]) -> int:
    length = seen = 0
    waiting: list[object] = [call]
    while waiting and seen < _LOOKED_AT:
        value = waiting.pop()
        seen += 1
        kind = type(value)
        if kind in _TEXTS:
            length += len(value)  # type: ignore[arg-type]
        elif kind in _FLAT:
            continue
        elif kind in _LISTS:
            waiting.extend(value)  # type: ignore[arg-type]
        elif isinstance(value, dict):
            waiting.extend(value)
            waiting.extend(value.values())
        elif isinstance(value, partial):
            waiting += (value.func, value.args, value.keywords)
        elif isinstance(value, FunctionType):
            waiting.extend(value.__closure__ or ())
        elif isinstance(value, CellType):
            waiting.extend(_contents(value))
        elif fields := getattr(kind, "__dataclass_fields__", None):
            waiting.extend([getattr(value, name, None) for name in fields])
    average = _FLAT_BYTES + length // seen
    return _FLAT_BYTES * seen + length + average * len(waiting)


def _contents(cell: CellType) -> tuple[object, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:
        # a name that its function has not bound yet
        return ()
