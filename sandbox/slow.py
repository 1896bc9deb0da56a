"""Slow cells take turns: so many a core run, at the lowest priority; the rest stand still, their clocks with them."""

import asyncio

from sandbox.handle import CellHandle
from sandbox.limits import Limits
from sandbox.scheduling import shared_cores

TURN_SECONDS = 0.1


class SlowLane:
    """At most half of the running ones are one owner's while others wait."""

    def __init__(self, limits: Limits) -> None:
        self._slots = limits.slow_cells_per_core * len(shared_cores())
        self._running: dict[CellHandle, str] = {}
        self._stopped: dict[CellHandle, str] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._running) + len(self._stopped)

    def add(self, cell: CellHandle, owner: str) -> None:
        if len(self._running) < self._slots:
            self._running[cell] = owner
        else:
            self._stopped[cell] = owner
            cell.pause()
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(TURN_SECONDS, self._turn)

    def one_that_can_wait(self) -> CellHandle | None:
        """One whose call may be begun again: it has asked the host for nothing. Those that stand still come first."""
        cells = [*reversed(self._stopped), *reversed(self._running)]
        return next((cell for cell in cells if cell.jobs and not cell.jobs[0].asked), None)

    def remove(self, cell: CellHandle) -> None:
        self._running.pop(cell, None)
        self._stopped.pop(cell, None)
        self._fill()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _turn(self) -> None:
        """The cells that have run longest make room for those that have waited longest."""
        self._timer = None
        for cell in list(self._running)[: len(self._stopped)]:
            self._stopped[cell] = self._running.pop(cell)
            cell.pause()
        self._fill()
        if self._stopped:
            self._timer = asyncio.get_running_loop().call_later(TURN_SECONDS, self._turn)

    def _fill(self) -> None:
        while self._stopped and len(self._running) < self._slots:
            owners = list(self._running.values())
            share = max(1, self._slots // 2)
            fair = (cell for cell, owner in self._stopped.items() if owners.count(owner) < share)
            cell = next(fair, None) or next(iter(self._stopped))
            self._running[cell] = self._stopped.pop(cell)
            cell.resume()
