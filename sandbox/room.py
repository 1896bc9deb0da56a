"""Whether there is room for one more cell, or for one more to use its whole limit: places, memory, untried scripts."""

from sandbox.handle import CellHandle
from sandbox.idle import Idle
from sandbox.lane import Lane
from sandbox.limits import Limits
from sandbox.memory import machine_memory
from sandbox.scheduling import shared_cores

# New cells leave this share of the memory to warm ones, and so many a core run their first call at a time: a crowd of
# unknown scripts must not keep the known ones waiting.
NEW_CELLS_SHARE = 0.75
UNPROVEN_PER_CORE = 2
# One that has not answered by then, and was not seen to be slow, stands still, and keeps nobody from running.
UNPROVEN_SECONDS = 0.5


class Room:
    """`cells` are those that run, with the lane each is in; `starting` counts those being forked."""

    def __init__(self, limits: Limits) -> None:
        self.cells: dict[CellHandle, Lane] = {}
        self.idle = Idle()
        self.starting = 0
        self._limits = limits
        self._memory = int(machine_memory() * limits.cells_memory_share)
        # At most half of the cells, and of their memory, are slow ones.
        self.most_slow = max(1, min(limits.cells, self._memory // limits.memory) // 2)

    def for_a_busy_cell(self) -> bool:
        """Whether an idle cell may become busy, and use its whole limit; one may in any case."""
        return len(self.cells) - len(self.idle) + self.starting == 0 or self._memory_for_one_more(1.0)

    def for_a_new_cell(self) -> bool:
        return len(self.cells) + self.starting < self._limits.cells and self._memory_for_one_more(NEW_CELLS_SHARE)

    def for_an_untried_script(self) -> bool:
        """Further ones wait until one of these has answered, asks the host, or has turned out to be slow."""
        fresh = sum(
            not (cell.served or cell.slow or cell.asking or cell in self.idle or cell.head_age() > UNPROVEN_SECONDS)
            for cell in self.cells
        )
        return self.starting + fresh < UNPROVEN_PER_CORE * len(shared_cores())

    def is_empty(self) -> bool:
        return not self.cells and not self.starting

    def _memory_for_one_more(self, share: float) -> bool:
        running = len(self.cells) + self.starting - len(self.idle) + 1
        return self.idle.memory + running * self._limits.memory <= self._memory * share
