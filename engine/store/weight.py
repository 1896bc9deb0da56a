"""About how many bytes an operation holds while it waits: its arguments, and what a closure caught.

Text and bytes count by their length, every other value by a flat sum; records and containers are walked. The first
thousand values are looked at, and what is beyond is taken for their average: this runs on the event loop.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import FunctionType

_FLAT_BYTES = 64
_LOOKED_AT = 1_000


def weight(call: Callable[..., object]) -> int:
    total = seen = 0
    waiting: list[object] = [call]
    while waiting:
        if seen == _LOOKED_AT:
            return total + len(waiting) * (total // seen)
        value = waiting.pop()
        seen += 1
        total += _FLAT_BYTES
        if isinstance(value, (str, bytes)):
            total += len(value)
        elif isinstance(value, Mapping):
            waiting.extend(value)
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple, set, frozenset)):
            waiting.extend(value)
        elif isinstance(value, partial):
            waiting.append(value.func)
            waiting.extend(value.args)
            waiting.extend(value.keywords.values())
        elif isinstance(value, FunctionType):
            for cell in value.__closure__ or ():
                try:
                    waiting.append(cell.cell_contents)
                except ValueError:
                    # a name that its function has not bound yet
                    continue
        elif fields := getattr(type(value), "__dataclass_fields__", None):
            waiting.extend(getattr(value, name, None) for name in fields)
    return total
