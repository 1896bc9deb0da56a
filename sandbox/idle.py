"""The cells that wait for a call, by last use, and the memory they are taken to hold.

They wait in a read and use no processor. One that does has answered its call by itself, which only a cell in
attackers' hands can, and works on where no call's clock runs: it is ended.
"""

import asyncio
import logging
from collections import OrderedDict

from sandbox.handle import CellHandle
from sandbox.limits import MIB

# of a cell that has run nothing yet; what it has grown since comes on top
CELL_MEMORY = 4 * MIB
LOOK_EVERY_SECONDS = 1.0
# more than loading the largest script takes
IDLE_CPU_SECONDS = 0.25

log = logging.getLogger("hookcell.sandbox")


class Idle:
    """`memory` is in bytes."""

    __slots__ = ("_cells", "_seen", "_timer", "memory")

    def __init__(self) -> None:
        self._cells: OrderedDict[CellHandle, int] = OrderedDict()
        # the answers each had given, and the CPU seconds it had used, when it was first seen to wait after them
        self._seen: dict[CellHandle, tuple[int, float]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.memory = 0

    def __len__(self) -> int:
        return len(self._cells)

    def __contains__(self, cell: CellHandle) -> bool:
        return cell in self._cells

    def add(self, cell: CellHandle) -> None:
        """As the one used last."""
        self.remove(cell)
        self._cells[cell] = held = CELL_MEMORY + cell.growth
        self.memory += held
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY_SECONDS, self._look)

    def remove(self, cell: CellHandle) -> None:
        self.memory -= self._cells.pop(cell, 0)

    def oldest(self) -> CellHandle | None:
        return next(iter(self._cells), None)

    def _look(self) -> None:
        self._timer = None
        before, self._seen = self._seen, {}
        for cell in list(self._cells):
            used = cell.clocks.cpu()
            served, since = before.get(cell, (cell.served, used))
            if served != cell.served:
                since = used
            if used - since > IDLE_CPU_SECONDS:
                log.warning("cell %d worked with no call in it, and was ended", cell.child.pid)
                cell.kill("it worked with no call in it")
            else:
                self._seen[cell] = (cell.served, since)
        if self._cells:
            self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY_SECONDS, self._look)
