"""A program's calls on their way: what waits for a cell, the cells there are, and what a new one is told first."""

import asyncio
from collections import deque
from dataclasses import asdict, dataclass, field

import orjson

from sandbox import wire
from sandbox.handle import CellHandle, Job
from sandbox.limits import Limits
from sandbox.outcome import Outcome
from sandbox.program import Program
from sandbox.services import Services


@dataclass(eq=False)
class Run(Job):
    """A call on its way to an outcome."""

    program: Program
    future: "asyncio.Future[Outcome]"
    overall_seconds: float
    # what it may ask the host
    services: Services | None = None
    # a cell of its own that ends with it
    once: bool = False
    # It has been seen to be slow and found no place among the slow cells: it waits for one.
    slow: bool = field(default=False, init=False)
    # the task that answers what it asks now
    asking: "asyncio.Task[None] | None" = field(default=None, init=False)


@dataclass(slots=True, eq=False)
class Lane:
    program: Program
    waiting: deque[Run] = field(default_factory=deque)
    cells: list[CellHandle] = field(default_factory=list)
    starting: int = 0
    # Its calls have been seen to wait for the host: from then on each has a cell to itself.
    asks: bool = False


class Lanes:
    """The lanes that hold something, and the slow calls that wait for a place among the slow cells.

    `waiting` counts the calls that wait, in all of them.
    """

    def __init__(self) -> None:
        self._lanes: dict[str, Lane] = {}
        self._slow: deque[Run] = deque()
        self.waiting = 0

    def of(self, program: Program) -> Lane:
        lane = self._lanes.get(program.key)
        if lane is None:
            lane = self._lanes[program.key] = Lane(program)
        return lane

    def find(self, key: str) -> Lane | None:
        return self._lanes.get(key)

    def all(self) -> list[Lane]:
        return list(self._lanes.values())

    def enqueue(self, run: Run, *, first: bool = False) -> Lane:
        lane = self.of(run.program)
        self.waiting += 1
        (lane.waiting.appendleft if first else lane.waiting.append)(run)
        return lane

    def dequeue(self, lane: Lane) -> Run:
        self.waiting -= 1
        return lane.waiting.popleft()

    def set_aside(self, run: Run) -> None:
        self.waiting += 1
        self._slow.append(run)

    def next_slow(self) -> Run | None:
        """The slow call that has waited longest, and waits no more."""
        if not self._slow:
            return None
        self.waiting -= 1
        return self._slow.popleft()

    def drop(self, run: Run) -> None:
        """It waits no more, wherever it did."""
        for queue in (self.of(run.program).waiting, self._slow):
            if run in queue:
                queue.remove(run)
                self.waiting -= 1
        self.forget(self.of(run.program))

    def drain(self) -> list[Run]:
        """All that wait, and wait no more."""
        runs = [run for queue in (*(lane.waiting for lane in self.all()), self._slow) for run in queue]
        for run in runs:
            self.drop(run)
        return runs

    def forget(self, lane: Lane) -> None:
        """Drops it when nothing is in it any more."""
        if not lane.waiting and not lane.cells and not lane.starting and self._lanes.get(lane.program.key) is lane:
            del self._lanes[lane.program.key]


def load_frame(program: Program, limits: Limits) -> bytes:
    meta = {
        "limits": asdict(limits),
        "filename": program.filename,
        "hooks": [list(hook.names) for hook in program.hooks],
    }
    return wire.encode(wire.LOAD, 0, orjson.dumps(meta), program.code)
