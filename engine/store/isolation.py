"""How a write is kept apart from those of other processes, where there are any.

On SQLite one write runs after another. On PostgreSQL a write is serializable, so it may be written as if it were alone;
when another came in between, it is run again. Writes on the hot paths are `row_by_row` instead: READ COMMITTED, each
statement right by itself, because it names in its WHERE what must still hold of the row that it locks.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def row_by_row(function: Callable[P, T]) -> Callable[P, T]:
    """Marks a store function whose statements need no common view of the database."""
    function.__dict__["row_by_row"] = True
    return function


def is_row_by_row(function: Callable[..., Any]) -> bool:
    while isinstance(function, partial):
        function = function.func
    return bool(getattr(function, "row_by_row", False))
