"""Tells the workers that something may be due. A wake that is missed costs a second, nothing else."""

import asyncio
from collections.abc import Callable


class Wake:
    """Lives on one event loop; calls between two waits count as one."""

    def __init__(self, tell_others: Callable[[], None] = lambda: None) -> None:
        self._called = asyncio.Event()
        self._tell_others = tell_others

    def call(self) -> None:
        """The worker of this process."""
        self._called.set()

    def call_all(self) -> None:
        """Those of other processes, too."""
        self._called.set()
        self._tell_others()

    async def wait(self, seconds: float) -> bool:
        """Until called, at most that long; whether it was called."""
        try:
            async with asyncio.timeout(seconds):
                await self._called.wait()
        except TimeoutError:
            pass
        called = self._called.is_set()
        self._called.clear()
        return called
