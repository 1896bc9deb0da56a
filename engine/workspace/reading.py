"""Long lists, put together from several short reads."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

ROWS_A_READ = 500
# of one answer, also where a client asks for all
MAX_ROWS = 10_000


async def read_pages(
    fetch: Callable[[int, int], Awaitable[list[T]]], offset: int, count: int, *, a_read: int = ROWS_A_READ
) -> list[T]:
    """What `fetch(offset, limit)` gives, from `offset` on; a count of 0 asks for all."""
    wanted = min(count or MAX_ROWS, MAX_ROWS)
    found: list[T] = []
    while len(found) < wanted:
        limit = min(a_read, wanted - len(found))
        page = await fetch(offset + len(found), limit)
        found += page
        if len(page) < limit:
            break
    return found
