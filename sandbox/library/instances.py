"""Methods of Python's library that write to `self`, for instances only.

Written in Python they take whatever they are given: called through their class, with a class or a function of the
library as `self`, they would change it for all calls. `__init__` and `__next__` have no name that a script may say, and
are held to the same. This file is a boundary.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any, Final

_ALWAYS: Final = ("__init__", "__next__")


def for_instances(kind: type, names: str, *beside: type) -> Any:
    """A class like `kind` whose methods and properties `names` refuse any `self` that is no instance of it.

    `beside` are further bases: facades of what `kind` itself extends.
    """
    made = type(kind.__name__, (kind, *beside), {"__doc__": kind.__doc__})
    made.__module__ = kind.__module__

    def checked(method: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(self: Any, /, *args: Any, **named: Any) -> Any:
            if not isinstance(self, made):
                raise TypeError(f"{kind.__name__}.{name} is for instances of {kind.__name__}")
            return method(self, *args, **named)

        call.__name__, call.__qualname__ = name, f"{kind.__name__}.{name}"
        return call

    for name in (*names.split(), *(name for name in _ALWAYS if isinstance(vars(kind).get(name), FunctionType))):
        found: Any = getattr(kind, name)
        if isinstance(found, property):
            assert found.fget is not None and found.fset is not None
            setattr(made, name, property(checked(found.fget, name), checked(found.fset, name)))
        else:
            setattr(made, name, checked(found, name))
    return made
