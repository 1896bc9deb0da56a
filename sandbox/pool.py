"""Which cell serves which call.

A cell serves one program (one script revision of one owner) and never another while it is warm. Calls of a program
wait in its lane; a lane has up to `cells_per_integration` cells. When a cell dies with several calls in it, nobody
knows whose fault it was: they run again, one at a time, each in a fresh cell, and only a call alone in its cell is
blamed. A cell whose call has used `slow_lane_cpu_seconds` is slow: it gets no further call, runs at the lowest
priority, and at most `slow_cells_per_core` a core of such cells run at a time, in turn.
"""

import asyncio
import os
from collections import OrderedDict, deque
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import asdict, dataclass, field

import orjson

from sandbox import decode, wire
from sandbox.handle import CellHandle, Job
from sandbox.limits import MIB, Limits
from sandbox.memory import machine_memory
from sandbox.nursery import Child, Nursery, NurseryDown
from sandbox.outcome import Crashed, NotRun, Outcome, OutOfMemory, Receipt, TimedOut
from sandbox.program import Program

MAX_RERUNS = 2
IDLE_CELL_MEMORY = 4 * MIB
RETRY_FORK_SECONDS = 0.05
TURN_SECONDS = 0.1


@dataclass(slots=True, eq=False)
class Run(Job):
    """A call on its way to an outcome."""

    program: Program = field(kw_only=True)
    future: "asyncio.Future[Outcome]" = field(kw_only=True)
    overall_seconds: float = field(kw_only=True)
    # a cell of its own that ends with it
    once: bool = field(default=False, kw_only=True)


@dataclass(slots=True, eq=False)
class Lane:
    program: Program
    waiting: deque[Run] = field(default_factory=deque)
    cells: list[CellHandle] = field(default_factory=list)
    starting: int = 0


class Pool:
    def __init__(self, nursery: Nursery, limits: Limits) -> None:
        self._nursery = nursery
        self._limits = limits
        self._lanes: dict[str, Lane] = {}
        self._lane_of: dict[CellHandle, Lane] = {}
        # by last use; what each is taken to hold, and their sum
        self._idle: OrderedDict[CellHandle, int] = OrderedDict()
        self._idle_memory = 0
        self._slow = SlowLane(limits)
        self._waiting = 0
        self._starting = 0
        self._stopping = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._memory = int(machine_memory() * limits.cells_memory_share)
        self._wake: asyncio.Handle | None = None
        self.layers: frozenset[str] = frozenset()

    @property
    def cells(self) -> int:
        return len(self._lane_of)

    def submit(self, run: Run) -> None:
        """Takes the call; its future gets an Outcome, whatever happens."""
        lane = self._lane(run.program)
        if self._stopping:
            self._answer(run, NotRun("stopping"))
        elif len(lane.waiting) >= self._limits.queue_per_integration or self._waiting >= self._limits.queue_total:
            self._answer(run, NotRun("busy"))
        else:
            self._enqueue(run)
            self._pump(lane)
            if run in lane.waiting:
                self._wait_no_longer_than(run)

    async def close(self) -> None:
        self._stopping = True
        if self._wake is not None:
            self._wake.cancel()
        self._slow.close()
        for lane in list(self._lanes.values()):
            while lane.waiting:
                self._answer(self._dequeue(lane), NotRun("stopping"))
        for cell in list(self._lane_of):
            cell.kill("the server is stopping")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # what cells tell

    def on_answer(self, cell: CellHandle, job: Job | None, frame: wire.Frame) -> None:
        if job is None:
            self.layers = frozenset(
                decode.checked(layer, str) for layer in decode.checked(decode.meta_of(frame).get("layers"), list)
            )
            return
        assert isinstance(job, Run)
        meta = decode.meta_of(frame)
        cell.growth = decode.number(meta, "growth")
        if decode.too_many_nodes(frame.payload, self._limits):
            self._spawn(self._decode_elsewhere(cell, job, meta, frame.payload))
        else:
            self._settle(job, cell, decode.outcome(meta, job.program, self._limits, frame.payload))
        if job.once or cell.served + 1 >= self._limits.cell_recycle_calls or cell.growth > self._limits.cell_growth:
            cell.retiring = True
        if len(cell.jobs) == 1:
            # it is idle once this answer is taken off
            asyncio.get_running_loop().call_soon(self._on_idle, cell)
        elif not cell.retiring:
            asyncio.get_running_loop().call_soon(self._pump, self._lane_of[cell])

    def on_slow(self, cell: CellHandle) -> None:
        cell.retiring = True
        cell.demote()
        self._slow.add(cell, self._lane_of[cell].program.owner)
        self._pump(self._lane_of[cell])

    def on_gone(self, cell: CellHandle, jobs: list[Job]) -> None:
        lane = self._lane_of.pop(cell)
        lane.cells.remove(cell)
        self._not_idle(cell)
        self._slow.remove(cell)
        runs = [job for job in jobs if isinstance(job, Run)]
        if self._stopping:
            for run in runs:
                self._answer(run, NotRun("stopping"))
            cell.child.close()
        elif cell.last or not runs:
            # what it still held was not begun
            self._again(runs)
            cell.child.close()
        else:
            self._spawn(self._bury(cell, runs))
        self._pump(lane)
        self._pump_hungry()

    # deaths

    async def _bury(self, cell: CellHandle, runs: list[Run]) -> None:
        """Finds the outcome of calls that died with their cell, or runs them again."""
        exited = await cell.child.exit()
        cell.child.close()
        orphaned = exited is None and cell.child.generation != self._nursery.generation
        guilty = runs[0] if len(runs) == 1 and not orphaned else None
        if isinstance(cell.verdict, tuple) and cell.verdict[0] == "overall":
            guilty = runs[0]
        if guilty is None and not orphaned:
            for run in runs:
                run.alone = True
                run.reruns += 1
        elif guilty is not None:
            runs.remove(guilty)
            used = cell.killed_cpu if cell.killed_cpu is not None else (exited.cpu_seconds if exited else 0.0)
            self._answer(guilty, self._verdict(cell, guilty, used, exited.describe() if exited else "it ended"))
        self._again(runs)

    def _verdict(self, cell: CellHandle, run: Run, cpu: float, ending: str) -> Outcome:
        wall = asyncio.get_running_loop().time() - run.first_sent
        receipt = Receipt(int(wall * 1e6), int(cpu * 1e6), None, 0)
        if isinstance(cell.verdict, tuple):
            clock = cell.verdict[0]
            limits = {
                "cpu": self._limits.cpu_seconds,
                "wall": self._limits.wall_seconds,
                "overall": run.overall_seconds,
            }
            return TimedOut(clock, limits[clock], None, receipt)
        return Crashed(cell.verdict or ending, receipt)

    def _again(self, runs: list[Run]) -> None:
        now = asyncio.get_running_loop().time()
        for run in reversed(runs):
            if run.reruns > MAX_RERUNS:
                wall = int((now - run.first_sent) * 1e6)
                self._answer(run, Crashed("its cell died each time it was run", Receipt(wall, 0, None, 0)))
            elif not run.future.done():
                self._enqueue(run, first=True)
                self._wait_no_longer_than(run)
        for lane in {run.program.key: self._lane(run.program) for run in runs}.values():
            self._pump(lane)

    # answers

    async def _decode_elsewhere(self, cell: CellHandle, run: Run, meta: dict[str, object], payload: bytes) -> None:
        """Counts a large result again, exactly, away from the event loop, before anything parses it."""
        if await asyncio.to_thread(wire.count_nodes_outside_text, payload) > self._limits.result_nodes + 1:
            cell.kill("it sent a result with more values than allowed")
            self._answer(
                run, Crashed("it sent a result with more values than allowed", Receipt(0, 0, None, len(payload)))
            )
            return
        try:
            self._settle(run, cell, await asyncio.to_thread(decode.outcome, meta, run.program, self._limits, payload))
        except wire.BadFrame as bad:
            cell.kill(str(bad))
            self._answer(run, Crashed(f"it sent what a cell never sends: {bad}", Receipt(0, 0, None, len(payload))))

    def _settle(self, run: Run, cell: CellHandle, outcome: Outcome) -> None:
        if isinstance(outcome, OutOfMemory) and cell.served > 0 and run.reruns < MAX_RERUNS:
            # A used cell may be bloated by others: asked again, alone, in a fresh one.
            run.alone = True
            run.reruns += 1
            self._again([run])
        else:
            self._answer(run, outcome)

    def _answer(self, run: Run, outcome: Outcome) -> None:
        if run.waiting is not None:
            run.waiting.cancel()
            run.waiting = None
        if not run.future.done():
            run.future.set_result(outcome)

    # lanes

    def _lane(self, program: Program) -> Lane:
        lane = self._lanes.get(program.key)
        if lane is None:
            lane = self._lanes[program.key] = Lane(program)
        return lane

    def _enqueue(self, run: Run, *, first: bool = False) -> None:
        lane = self._lane(run.program)
        self._waiting += 1
        (lane.waiting.appendleft if first else lane.waiting.append)(run)

    def _dequeue(self, lane: Lane) -> Run:
        self._waiting -= 1
        return lane.waiting.popleft()

    def _wait_no_longer_than(self, run: Run) -> None:
        loop = asyncio.get_running_loop()
        until = min(loop.time() + self._limits.wait_for_cell_seconds, run.overall)
        run.waiting = loop.call_at(until, self._waited_too_long, run)

    def _waited_too_long(self, run: Run) -> None:
        lane = self._lane(run.program)
        with suppress(ValueError):
            lane.waiting.remove(run)
            self._waiting -= 1
        run.waiting = None
        self._answer(run, NotRun("busy"))
        self._forget(lane)

    def _forget(self, lane: Lane) -> None:
        if not lane.waiting and not lane.cells and not lane.starting:
            self._lanes.pop(lane.program.key, None)

    def _pump(self, lane: Lane) -> None:
        """Sends waiting calls to cells of the lane that can take them, and starts cells for the rest."""
        while lane.waiting:
            run = lane.waiting[0]
            if run.future.done():
                self._dequeue(lane)
                continue
            cell = next((cell for cell in lane.cells if self._can_take(cell, run)), None)
            if cell is None:
                break
            self._dequeue(lane)
            if run.waiting is not None:
                run.waiting.cancel()
                run.waiting = None
            self._not_idle(cell)
            if run.alone or run.once:
                # nothing else joins it until it has answered
                cell.exclusive = True
            cell.send(run)
        room = self._limits.cells_per_integration - len(lane.cells)
        if room <= lane.starting and lane.waiting and (lane.waiting[0].alone or lane.waiting[0].once):
            # it needs a cell that has served none, and used ones are in the way
            idle = next((cell for cell in lane.cells if not cell.jobs and not cell.gone), None)
            if idle is not None:
                idle.kill()
                return
        if lane.waiting and lane.starting < min(room, 1 + len(lane.waiting) // self._limits.cell_calls_in_flight):
            self._start_cell(lane)
        self._forget(lane)

    def _can_take(self, cell: CellHandle, run: Run) -> bool:
        if cell.retiring or cell.gone or cell.exclusive:
            return False
        if run.alone or run.once:
            return cell.served == 0 and not cell.jobs
        if not cell.jobs:
            # an idle cell that becomes busy may use its whole limit
            return self._memory_for(busy=1)
        in_flight = len(cell.jobs) < self._limits.cell_calls_in_flight
        return in_flight and cell.bytes_in_flight + run.size <= self._limits.cell_bytes_in_flight

    def _on_idle(self, cell: CellHandle) -> None:
        if cell.gone or cell.jobs:
            return
        lane = self._lane_of[cell]
        if cell.retiring:
            cell.kill()
            return
        cell.exclusive = False
        self._pump(lane)
        if not cell.jobs:
            self._now_idle(cell)
            self._pump_hungry()

    def _now_idle(self, cell: CellHandle) -> None:
        self._not_idle(cell)
        self._idle[cell] = IDLE_CELL_MEMORY + cell.growth
        self._idle_memory += self._idle[cell]

    def _not_idle(self, cell: CellHandle) -> None:
        self._idle_memory -= self._idle.pop(cell, 0)

    def _pump_hungry(self) -> None:
        if self._waiting and self._wake is None:
            self._wake = asyncio.get_running_loop().call_soon(self._feed)

    def _feed(self) -> None:
        self._wake = None
        for lane in [lane for lane in self._lanes.values() if lane.waiting]:
            self._pump(lane)

    # cells

    def _start_cell(self, lane: Lane) -> None:
        if self._stopping:
            return
        while self.cells + self._starting >= self._limits.cells or not self._memory_for(busy=1):
            if not self._idle:
                return
            next(iter(self._idle)).kill()
        lane.starting += 1
        self._starting += 1
        self._spawn(self._open_cell(lane))

    def _memory_for(self, *, busy: int) -> bool:
        """Whether `busy` more cells may use their whole limit; one may in any case."""
        running = self.cells + self._starting - len(self._idle) + busy
        return running <= 1 or self._idle_memory + running * self._limits.memory <= self._memory

    async def _open_cell(self, lane: Lane) -> None:
        child: Child | None = None
        try:
            child = await self._nursery.fork(self._limits.memory)
        except NurseryDown:
            await asyncio.sleep(RETRY_FORK_SECONDS)
        finally:
            lane.starting -= 1
            self._starting -= 1
        if child is not None:
            limits = self._limits
            cell = CellHandle(child, limits, self, cpu_seconds=limits.cpu_seconds, wall_seconds=limits.wall_seconds)
            self._lane_of[cell] = lane
            lane.cells.append(cell)
            cell.write(load_frame(lane.program, limits))
            self._now_idle(cell)
        self._pump(lane)

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def load_frame(program: Program, limits: Limits) -> bytes:
    meta = {
        "limits": asdict(limits),
        "filename": program.filename,
        "hooks": [list(hook.names) for hook in program.hooks],
    }
    return wire.encode(wire.LOAD, 0, orjson.dumps(meta), program.code)


class SlowLane:
    """Slow cells take turns: so many a core run, at most half of them one owner's while others wait; the rest stand
    still, and their clocks with them."""

    def __init__(self, limits: Limits) -> None:
        self._slots = limits.slow_cells_per_core * (os.cpu_count() or 1)
        self._running: dict[CellHandle, str] = {}
        self._stopped: dict[CellHandle, str] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, cell: CellHandle, owner: str) -> None:
        if len(self._running) < self._slots:
            self._running[cell] = owner
        else:
            self._stopped[cell] = owner
            cell.pause()
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(TURN_SECONDS, self._turn)

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
