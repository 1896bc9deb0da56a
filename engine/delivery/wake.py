"""Tells the worker of this process that something may be due. A wake that is missed costs a second, nothing else."""

import asyncio


class Wake:
    """Lives on one event loop; calls between two waits count as one."""

    def __init__(self) -> None:
        self._called = asyncio.Event()

    def call(self) -> None:
        self._called.set()

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
