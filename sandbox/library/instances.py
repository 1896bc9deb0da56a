"""Methods of Python's library that write to `self`, for instances only.

Written in Python they take whatever they are given: called through their class, with a class or a function of the
library as `self`, they would change it for all calls; and what copies itself by `self.__class__(...)` is, of a class, a
call of `type`. `__init__` and `__next__` have no name that a script may say, and are held to the same.
This file is a boundary.
"""

from collections import ChainMap, Counter
from collections.abc import Callable
from types import FunctionType
from typing import Any, Final

_ALWAYS: Final = ("__init__", "__next__")


def _checked(kind: type, method: Callable[..., Any], name: str) -> Callable[..., Any]:
    def call(self: Any, /, *args: Any, **named: Any) -> Any:
        if not isinstance(self, kind):
            raise TypeError(f"{kind.__name__}.{name} is for instances of {kind.__name__}")
        return method(self, *args, **named)

    call.__name__, call.__qualname__ = name, f"{kind.__name__}.{name}"
    return call


def for_instances(kind: type, names: str, *beside: type) -> Any:
    """A class like `kind` whose methods and properties `names` refuse any `self` that is no instance of it.

    `beside` are further bases: facades of what `kind` itself extends.
    """
    made = type(kind.__name__, (kind, *beside), {"__doc__": kind.__doc__})
    made.__module__ = kind.__module__

    for name in (*names.split(), *(name for name in _ALWAYS if isinstance(vars(kind).get(name), FunctionType))):
        found: Any = getattr(kind, name)
        if isinstance(found, property):
            assert found.fget is not None and found.fset is not None
            checked = property(_checked(made, found.fget, name), _checked(made, found.fset, name))
            setattr(made, name, checked)
        else:
            setattr(made, name, _checked(made, found, name))
    return made


# Python's own classes, which their operators make anew by name: no class like them can take their place.
_COPYING: Final = [(Counter, "copy"), (ChainMap, "copy"), (ChainMap, "new_child"), (ChainMap, "parents")]
_WRITTEN: Final[list[Any]] = [vars(kind)[name] for kind, name in _COPYING]


def hold_copies() -> None:
    """Once, in the zygote: methods that make another of what `self` is refuse any that is no instance."""
    for (kind, name), found in zip(_COPYING, _WRITTEN, strict=True):
        if isinstance(found, property):
            assert found.fget is not None
            setattr(kind, name, property(_checked(kind, found.fget, name)))
        else:
            setattr(kind, name, _checked(kind, found, name))
