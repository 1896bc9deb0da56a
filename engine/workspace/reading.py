"""Long lists, put together from several short reads."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from engine.paging import MAX_ANSWER_BYTES

T = TypeVar("T")

ROWS_A_READ = 500
# of one answer, also where a client asks for all
MAX_ROWS = 10_000


async def read_pages(
    fetch: Callable[[int, int], Awaitable[list[T]]],
    offset: int,
    count: int,
    *,
    a_read: int = ROWS_A_READ,
    size: Callable[[T], int] = lambda _: 0,
) -> list[T]:
    """What `fetch(offset, limit)` gives, from `offset` on; a count of 0 asks for all.

    `size` is in bytes, of what may be large: after MAX_ANSWER_BYTES of it nothing more is read.
    """
    wanted = min(count or MAX_ROWS, MAX_ROWS)
    found: list[T] = []
    left = MAX_ANSWER_BYTES
    while left > 0 and len(found) < wanted:
        limit = min(a_read, wanted - len(found))
        page = await fetch(offset + len(found), limit)
        found += page
        left -= sum(map(size, page))
        if len(page) < limit:
            break
    return found
