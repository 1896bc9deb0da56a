"""Which part of a list is asked for, by Rocket.Chat's rules: `offset`, `count` and `sort` of the query string.

The count is 50 where none is given and 100 at most, or what an administrator has set; 0 asks for all, and each list
has a limit of its own for that.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from engine.bounded_json import read_json
from engine.errors import CodedError
from engine.params import NullableNumber, NullableText, Params

MAX_OFFSET = 2**53
# about what the records of one answer have in all, as JSON: a list of larger ones ends early, and says how many it has
MAX_ANSWER_BYTES = 16 * 1024 * 1024
# an order by thousands is none that a database takes
MAX_SORT_FIELDS = 10


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where `all_allowed` is False, a count of 0 is that of `default`."""

    default: int = 50
    upper: int = 100
    all_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """`sort` is the order asked for, as (field, 1 or -1); empty leaves it to the list."""

    offset: int
    count: int
    sort: tuple[tuple[str, int], ...] = ()


class PageQuery(Params):
    offset: NullableNumber = None
    count: NullableNumber = None
    sort: NullableText = None

    def page(self, sortable: Collection[str] | None = None, bounds: Bounds = Bounds()) -> Page:
        """Raises CodedError for an order that is not JSON, or not by one of the fields; None allows any field."""
        count = bounds.default if self.count is None or self.count < 0 else int(self.count)
        if count == 0 and not bounds.all_allowed:
            count = bounds.default
        offset = min(max(int(self.offset or 0), 0), MAX_OFFSET)
        return Page(offset, min(count, bounds.upper), _order(self.sort, sortable))


def _order(sort: str | None, sortable: Collection[str] | None) -> tuple[tuple[str, int], ...]:
    if not sort:
        return ()
    try:
        order: Any = read_json(sort)
    except ValueError:
        order = None
    if isinstance(order, dict) and all(type(way) is int and way in (1, -1) for way in order.values()):
        if len(order) > MAX_SORT_FIELDS:
            raise _invalid(f"Invalid sort parameter provided: {len(order)} fields, at most {MAX_SORT_FIELDS}")
        if sortable is not None and (unknown := [field for field in order if field not in sortable]):
            known = (
                f"{unknown[0]!r} is not one of {', '.join(sortable)}" if sortable else "this list has one order only"
            )
            raise _invalid(f"Invalid sort parameter provided: {known}")
        return tuple(order.items())
    raise _invalid(f'Invalid sort parameter provided: "{sort}" is not like {{"ts": -1}}')


def _invalid(reason: str) -> CodedError:
    return CodedError("error-invalid-sort", reason, {"helperMethod": "parseJsonQuery"})
