"""What a script imports: a frozen list of names, never a module of Python's.

A facade has no `__name__`, so that a failed `from x import y` never falls back to the real module in sys.modules.
This file is a boundary.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Final, NoReturn


class Facade:
    """One importable module. `refused` says, for names left out on purpose, what to write instead."""

    def __init__(
        self,
        title: str,
        names: Mapping[str, object],
        *,
        refused: Mapping[str, str] | None = None,
        renew: Callable[[], object] | None = None,
    ) -> None:
        if _sealed:
            raise TypeError("a module of the library cannot be made")
        vars(self).update(names)
        name_functions(names)
        _TABLES[title] = tuple(sorted(names))
        _REFUSED[id(self)] = (title, refused or {})
        _RENEW[title] = renew
        FACADES[title] = self

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(missing_name(_REFUSED[id(self)][0], name))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise TypeError("a module of the library cannot be changed")

    __delattr__ = __setattr__  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<module {_REFUSED[id(self)][0]!r}>"


_sealed = False


def seal() -> None:
    """From here on no facade can be made: the library is whole, and what a script gets hold of adds nothing to it."""
    global _sealed
    _sealed = True


FACADES: Final[dict[str, Facade]] = {}
_TABLES: Final[dict[str, tuple[str, ...]]] = {}
_REFUSED: Final[dict[int, tuple[str, Mapping[str, str]]]] = {}
_RENEW: Final[dict[str, Callable[[], object] | None]] = {}


def name_functions(names: Mapping[str, object]) -> None:
    """Give functions of ours the name that scripts know them by: Python's error messages speak of it."""
    for name, value in names.items():
        if type(value) is FunctionType and value.__module__.startswith("sandbox."):
            value.__name__ = value.__qualname__ = name


def named(module: object, names: str) -> dict[str, object]:
    """These names of a module of Python's, which are safe as they are."""
    return {name: getattr(module, name) for name in names.split()}


def importable() -> list[str]:
    """The titles of all facades, as they are told to authors."""
    return sorted(title for title in FACADES if not title.startswith("_"))


def contents(title: str) -> tuple[str, ...]:
    """The names in a facade, sorted."""
    return _TABLES[title]


def renewal(title: str) -> Callable[[], object] | None:
    """What makes the state behind a facade new for a call."""
    return _RENEW[title]


def missing_name(title: str, name: str, *, listing: bool = True) -> str:
    """Why a facade has no such name, and what to write instead."""
    refused = _REFUSED[id(FACADES[title])][1]
    if name in refused:
        return f"{title}.{name} is not available: {refused[name]}"
    return f"{title} has no {name!r} here{nearest(name, _TABLES[title], listing=listing)}"


def nearest(name: str, known: Iterable[str], *, listing: bool = True) -> str:
    """`: did you mean loads?` and, with `listing`, all that is known, as the end of an error message."""
    known = list(known)
    close = difflib.get_close_matches(name, known, 1, 0.6)
    if not listing:
        return f": did you mean {close[0]}?" if close else ""
    return f": did you mean {close[0]}? There is {', '.join(known)}" if close else f": there is {', '.join(known)}"
