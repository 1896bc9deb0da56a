"""Where children come from: a zygote, replaced within a second when it dies and once a day in any case.

All forks of one zygote share their hash seed and address layout, so a new one takes over daily: it forks all further
children, and the old one ends with the last of its own. Whoever keeps children ends those of an old `generation` as
they become idle.

A fork takes long for whoever waits for it, so one child is forked ahead of its need and waits, locked down, for its
first frame: it has seen nobody's script but the one it rehearses with (`rehearsal.py`).
"""

import asyncio
from contextlib import suppress

from sandbox.tasks import Tasks
from sandbox.zygotes import Child, Exit, NurseryDown, ZygoteHandle

__all__ = ["Child", "Exit", "Nursery", "NurseryDown"]

RESTART_FIRST_SECONDS, RESTART_MOST_SECONDS = 0.05, 1.0
# One that lived this long died of something new.
STEADY_SECONDS = 10.0
ROTATE_SECONDS = 24 * 3600.0
OLD_ONE_LOOKS_EVERY_SECONDS = 1.0
OLD_ONE_MAY_STAY_SECONDS = 600.0
# By then the child that took the last spare's place has had the processor to itself.
SPARE_AFTER_SECONDS = 0.02


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
        self._tasks = Tasks()
        self._spare: Child | None = None
        self._spare_memory = 0
        self._refill: asyncio.TimerHandle | None = None
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
        self._take_spare()
        self._current = zygote
        self._all.add(zygote)
        self._steady_at = loop.time() + STEADY_SECONDS
        self._rotate_later()

    async def fork(self, memory: int) -> Child:
        """A new child with `memory` bytes over the zygote's own size. Raises NurseryDown."""
        if self._current is None or self._closing:
            raise NurseryDown("the zygote is not running")
        spare = self._take_spare(memory)
        if self._refill is None:
            self._spare_memory = memory
            loop = asyncio.get_running_loop()
            self._refill = loop.call_later(SPARE_AFTER_SECONDS, lambda: self._tasks.start(self._fork_ahead()))
        return spare or await self._current.fork(memory)

    async def _fork_ahead(self) -> None:
        zygote = self._current
        try:
            if zygote is not None and self._spare is None:
                child = await zygote.fork(self._spare_memory, ahead=True)
                if zygote is self._current and not self._closing:
                    self._spare = child
                else:
                    child.end()
        except NurseryDown:
            pass  # the next fork is as long as it is
        finally:
            self._refill = None

    def _take_spare(self, memory: int | None = None) -> Child | None:
        """The child forked ahead, if it has this much memory and still lives; any other is ended."""
        spare, self._spare = self._spare, None
        if spare is None or (memory == self._spare_memory and not spare.exited.done()):
            return spare
        spare.end()
        return None

    async def close(self) -> None:
        self._closing = True
        for timer in (self._rotation, self._refill):
            if timer is not None:
                timer.cancel()
        self._take_spare()
        await self._tasks.close()
        await asyncio.gather(*(self._end(zygote) for zygote in list(self._all)))
        self._current = None

    def _lost(self, zygote: ZygoteHandle) -> None:
        if zygote is not self._current:
            self._tasks.start(self._end(zygote))
            return
        self._current = None
        if self._rotation is not None:
            self._rotation.cancel()
        self._tasks.start(self._start_again(zygote))

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
        self._tasks.start(self._see_off(old))

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
        self._rotation = loop.call_later(self._rotate_seconds, lambda: self._tasks.start(self.relieve()))
