"""Tasks with an owner: none is lost while it runs, and none outlives whoever started it."""

import asyncio
from collections.abc import Coroutine


class Tasks:
    def __init__(self) -> None:
        self._cancelled: set[asyncio.Task[None]] = set()
        self._awaited: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._cancelled) + len(self._awaited)

    def start(self, coroutine: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """One that may be cancelled at the end."""
        return _kept(coroutine, self._cancelled)

    def see_through(self, coroutine: Coroutine[None, None, None]) -> None:
        """One that others wait for, and which is waited for at the end: it must be a short one."""
        _kept(coroutine, self._awaited)

    async def close(self) -> None:
        # those that end may start others
        while tasks := self._cancelled | self._awaited:
            for task in self._cancelled:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # not left to their callbacks: where all have ended already, gather lets nothing else run
            self._cancelled -= tasks
            self._awaited -= tasks


def _kept(coroutine: Coroutine[None, None, None], tasks: set[asyncio.Task[None]]) -> asyncio.Task[None]:
    task = asyncio.get_running_loop().create_task(coroutine)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task
