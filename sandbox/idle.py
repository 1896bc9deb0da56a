"""The cells that wait for a call, by last use, and the memory they are taken to hold."""

from collections import OrderedDict

from sandbox.handle import CellHandle
from sandbox.limits import MIB

# of a cell that has run nothing yet; what it has grown since comes on top
CELL_MEMORY = 4 * MIB


class Idle:
    """`memory` is in bytes."""

    __slots__ = ("_cells", "memory")

    def __init__(self) -> None:
        self._cells: OrderedDict[CellHandle, int] = OrderedDict()
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

    def remove(self, cell: CellHandle) -> None:
        self.memory -= self._cells.pop(cell, 0)

    def oldest(self) -> CellHandle | None:
        return next(iter(self._cells), None)
