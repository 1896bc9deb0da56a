"""What would hold the event loop up goes to a thread, and only that: a thread costs more than small work."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

# of JSON read or packed, or of text looked through for secrets: a millisecond or two
MAX_ON_LOOP = 64 * 1024

P = ParamSpec("P")
T = TypeVar("T")


async def off_loop(size: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """In a thread, where there are so many bytes that the event loop would wait."""
    if size <= MAX_ON_LOOP:
        return function(*args, **kwargs)
    return await asyncio.to_thread(function, *args, **kwargs)
