"""Where children come from: a zygote, replaced within a second when it dies and once a day in any case.

All forks of one zygote share their hash seed and address layout, so a new one takes over daily: it forks all further
children, and the old one ends with the last of its own. Whoever keeps children ends those of an old `generation` as
they become idle.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

from sandbox.zygotes import Child, Exit, NurseryDown, ZygoteHandle

__all__ = ["Child", "Exit", "Nursery", "NurseryDown"]

RESTART_FIRST_SECONDS, RESTART_MOST_SECONDS = 0.05, 1.0
# One that lived this long died of something new.
STEADY_SECONDS = 10.0
ROTATE_SECONDS = 24 * 3600.0
OLD_ONE_LOOKS_EVERY_SECONDS = 1.0
OLD_ONE_MAY_STAY_SECONDS = 600.0


class Nursery:
    """`role` is run or compile; `cell_uid` is whom a root server's cells become."""

    def __init__(self, role: str, *, cell_uid: int, rotate_seconds: float = ROTATE_SECONDS) -> None:
        self._role = role
        self._cell_uid = cell_uid
        self._rotate_seconds = rotate_seconds
        self._current: ZygoteHandle | None = None
        self._all: set[ZygoteHandle] = set()
        self._closing = False
        self._pause = 0.0
        self._steady_at = 0.0
        self._rotation: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        # restarts and rotations, one at a time
        self._turn = asyncio.Lock()
        self.generation = 0

    @property
    def pid(self) -> int | None:
        return self._current.pid if self._current else None

    @property
    def namespaces(self) -> list[str]:
        return self._current.namespaces if self._current else []

    async def start(self) -> None:
        """Raises NurseryDown, with the zygote's own words, when it cannot start."""
        loop = asyncio.get_running_loop()
        zygote = ZygoteHandle(self._role, self._cell_uid, self.generation + 1, self._lost)
        await zygote.start()
        if self._closing:
            await zygote.close()
            raise NurseryDown("the nursery is closing")
        self.generation = zygote.generation
        self._current = zygote
        self._all.add(zygote)
        self._steady_at = loop.time() + STEADY_SECONDS
        self._rotate_later()

    async def fork(self, memory: int) -> Child:
        """A new child with `memory` bytes over the zygote's own size. Raises NurseryDown."""
        if self._current is None or self._closing:
            raise NurseryDown("the zygote is not running")
        return await self._current.fork(memory)

    async def close(self) -> None:
        self._closing = True
        if self._rotation is not None:
            self._rotation.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(self._end(zygote) for zygote in list(self._all)))
        self._current = None

    def _lost(self, zygote: ZygoteHandle) -> None:
        if zygote is not self._current:
            self._spawn(self._end(zygote))
            return
        self._current = None
        if self._rotation is not None:
            self._rotation.cancel()
        self._spawn(self._start_again(zygote))

    async def _start_again(self, lost: ZygoteHandle) -> None:
        await self._end(lost)
        if asyncio.get_running_loop().time() > self._steady_at:
            self._pause = 0.0
        async with self._turn:
            while self._current is None:
                # One that dies as soon as it is up must not be started without end.
                await asyncio.sleep(self._pause)
                self._pause = min(max(self._pause * 2, RESTART_FIRST_SECONDS), RESTART_MOST_SECONDS)
                with suppress(NurseryDown):
                    await self.start()

    async def relieve(self) -> None:
        """Lets a new zygote fork from now on; the one there is ends when its children have."""
        async with self._turn:
            old = self._current
            if old is None:
                return
            try:
                await self.start()
            except NurseryDown:
                # The old one goes on, and is relieved the next time.
                self._rotate_later()
                return
        self._spawn(self._see_off(old))

    async def _see_off(self, old: ZygoteHandle) -> None:
        for _ in range(int(OLD_ONE_MAY_STAY_SECONDS / OLD_ONE_LOOKS_EVERY_SECONDS)):
            if old.childless:
                break
            await asyncio.sleep(OLD_ONE_LOOKS_EVERY_SECONDS)
        await self._end(old)

    async def _end(self, zygote: ZygoteHandle) -> None:
        await zygote.close()
        self._all.discard(zygote)

    def _rotate_later(self) -> None:
        if self._rotation is not None:
            self._rotation.cancel()
        loop = asyncio.get_running_loop()
        self._rotation = loop.call_later(self._rotate_seconds, lambda: self._spawn(self.relieve()))

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
