"""Which cell serves which call.

A cell serves one program (one script revision of one owner) and never another while it is warm. Calls of a program
wait in its lane; a lane has up to `cells_per_integration` cells. When a cell dies with several calls in it, nobody
knows whose fault it was: they run again, one at a time, each in a fresh cell, and only a call alone in its cell is
blamed. A cell whose call has used `slow_lane_cpu_seconds` is slow: it gets no further call, runs at the lowest
priority, and at most `slow_cells_per_core` a core of such cells run at a time, in turn.
"""

import asyncio

from sandbox import decode, wire
from sandbox.asking import ask
from sandbox.handle import CellHandle, Job
from sandbox.lane import Lane, Lanes, Run, load_frame
from sandbox.limits import Limits
from sandbox.nursery import Nursery
from sandbox.outcome import Crashed, NotRun, Outcome, OutOfMemory, Receipt
from sandbox.room import UNPROVEN_SECONDS, Room
from sandbox.scheduling import prefer
from sandbox.slow import SlowLane
from sandbox.tasks import Tasks
from sandbox.verdict import CROWDED, MAX_RERUNS, no_more_tries, verdict
from sandbox.zygotes import Child, NurseryDown

# How often an idle cell's own word about its size is checked.
MEASURED_EVERY_CALLS = 128
RETRY_FORK_SECONDS = 0.05


class Pool:
    def __init__(self, nursery: Nursery, limits: Limits) -> None:
        self._nursery = nursery
        self._limits = limits
        self._lanes = Lanes()
        self._room = Room(limits)
        self._lane_of = self._room.cells
        self._idle = self._room.idle
        self._slow = SlowLane(limits)
        self._stopping = False
        self._tasks = Tasks()
        self._wake: asyncio.Handle | None = None
        self._later: asyncio.TimerHandle | None = None
        self.layers: frozenset[str] = frozenset()

    @property
    def cells(self) -> int:
        return len(self._lane_of)

    def submit(self, run: Run) -> None:
        """Takes the call; its future gets an Outcome, whatever happens."""
        lane = self._lanes.of(run.program)
        if self._stopping:
            self._answer(run, NotRun("stopping"))
            self._lanes.forget(lane)
        elif not lane.waiting and (cell := self._cell_for(lane, run)) is not None:
            self._give(lane, cell, run)
        elif len(lane.waiting) >= self._limits.queue_per_integration or self._lanes.waiting >= self._limits.queue_total:
            self._answer(run, NotRun("busy"))
            self._lanes.forget(lane)
        else:
            self._lanes.enqueue(run)
            self._pump(lane)
            if run in lane.waiting:
                self._wait_no_longer_than(run)

    async def close(self) -> None:
        self._stopping = True
        for handle in (self._wake, self._later):
            if handle is not None:
                handle.cancel()
        self._slow.close()
        for run in self._lanes.drain():
            self._answer(run, NotRun("stopping"))
        for cell in list(self._lane_of):
            cell.kill("the server is stopping")
        await self._tasks.close()

    # what cells tell

    def on_answer(self, cell: CellHandle, job: Job | None, frame: wire.Frame) -> None:
        if job is None:
            self.layers = decode.layers(frame)
            return
        assert isinstance(job, Run)
        if not cell.ready:
            raise wire.BadFrame("an answer before it was ready")
        if decode.too_many_nodes(frame.payload, self._limits):
            self._tasks.see_through(self._decode_elsewhere(cell, job, frame))
        elif frame.kind == wire.DONE:
            completed, cell.growth = decode.done(frame, job.program, self._limits)
            self._answer(job, completed)
        else:
            outcome, cell.growth = decode.result(frame, job.program, self._limits)
            self._settle(job, cell, outcome)
        if not cell.served and not cell.slow:
            prefer(cell.child.pid)
        if job.once or cell.served + 1 >= self._limits.cell_recycle_calls or cell.growth > self._limits.cell_growth:
            cell.retiring = True

    def on_read(self, cell: CellHandle) -> None:
        if not cell.jobs:
            self._on_idle(cell)
        elif not cell.retiring and (lane := self._lane_of[cell]).waiting:
            self._pump(lane)

    def on_question(self, cell: CellHandle, job: Job, frame: wire.Frame, later: list[Job]) -> None:
        assert isinstance(job, Run)
        if job.services is None:
            raise wire.BadFrame("a question that nobody offered to answer")
        question = decode.question(frame, self._limits)
        self._lane_of[cell].asks = True
        job.asking = self._tasks.start(ask(cell, job, job.services, question))
        self._again([run for run in later if isinstance(run, Run)])

    def on_slow(self, cell: CellHandle) -> None:
        cell.retiring = True
        if len(self._slow) < self._room.most_slow:
            self._make_slow(cell)
        elif not cell.jobs[0].asked:
            self._set_aside(cell)
        elif (other := self._slow.one_that_can_wait()) is not None:
            # a call that has asked the host cannot be begun again
            self._make_slow(cell)
            self._set_aside(other)
        else:
            cell.kill(CROWDED)
        self._pump_hungry()

    def _make_slow(self, cell: CellHandle) -> None:
        cell.demote()
        self._slow.add(cell, self._lane_of[cell].program.owner)
        self._pump(self._lane_of[cell])

    def _set_aside(self, cell: CellHandle) -> None:
        """It gives its place back, and its call waits for one among the slow cells; those behind it go elsewhere."""
        head = cell.jobs[0]
        assert isinstance(head, Run)
        head.slow = True
        cell.last = True
        cell.kill()

    def on_gone(self, cell: CellHandle, jobs: list[Job]) -> None:
        lane = self._lane_of.pop(cell)
        lane.cells.remove(cell)
        self._idle.remove(cell)
        self._slow.remove(cell)
        runs = [job for job in jobs if isinstance(job, Run)]
        for run in runs:
            if run.asking is not None:
                run.asking.cancel()
        if self._stopping:
            for run in runs:
                self._answer(run, NotRun("stopping"))
            cell.child.close()
        elif cell.last or not runs:
            # what it still held was not begun
            self._again(runs)
            cell.child.close()
        else:
            self._tasks.see_through(self._bury(cell, runs))
        self._admit_slow()
        self._pump(lane)
        self._pump_hungry()

    # deaths

    async def _bury(self, cell: CellHandle, runs: list[Run]) -> None:
        """Finds the outcome of calls that died with their cell, or runs them again."""
        exited = await cell.child.exit()
        cell.child.close()
        orphaned = cell.child.orphaned and cell.verdict is None
        guilty = runs[0] if len(runs) == 1 and not orphaned else None
        if runs[0].asked or (isinstance(cell.verdict, tuple) and cell.verdict[0] == "overall"):
            guilty = runs[0]
        if guilty is not None:
            runs.remove(guilty)
            self._answer(guilty, verdict(cell, guilty, exited, self._limits))
        else:
            for run in runs:
                # nobody is to blame when the zygote died
                run.alone = not orphaned
                run.reruns += 1
        self._again(runs)

    def _again(self, runs: list[Run]) -> None:
        now = asyncio.get_running_loop().time()
        lanes = {}
        for run in reversed(runs):
            if self._stopping:
                self._answer(run, NotRun("stopping"))
            elif (outcome := no_more_tries(run, now)) is not None:
                self._answer(run, outcome)
            elif not run.future.done():
                if run.slow:
                    self._lanes.set_aside(run)
                else:
                    lanes[run.program.key] = self._lanes.enqueue(run, first=True)
                self._wait_no_longer_than(run)
        for lane in lanes.values():
            self._pump(lane)
        self._admit_slow()

    def _admit_slow(self) -> None:
        """Gives places among the slow cells to calls that wait for one."""
        room = self._room.most_slow - len(self._slow)
        while room > 0 and not self._stopping and (run := self._lanes.next_slow()) is not None:
            if not run.future.done():
                room -= 1
                self._lanes.enqueue(run, first=True)
                asyncio.get_running_loop().call_soon(self._pump_key, run.program.key)

    # answers

    async def _decode_elsewhere(self, cell: CellHandle, run: Run, frame: wire.Frame) -> None:
        try:
            outcome, cell.growth = await decode.large(frame, run.program, self._limits)
            self._settle(run, cell, outcome)
        except wire.BadFrame as bad:
            why = f"it sent what a cell never sends: {bad}"
            cell.kill(why)
            self._answer(run, Crashed(why, Receipt(0, 0, None, len(frame.payload))))

    def _settle(self, run: Run, cell: CellHandle, outcome: Outcome) -> None:
        if isinstance(outcome, OutOfMemory) and cell.served > 0 and run.reruns < MAX_RERUNS and not run.asked:
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

    def _wait_no_longer_than(self, run: Run) -> None:
        loop = asyncio.get_running_loop()
        until = min(loop.time() + self._limits.wait_for_cell_seconds, run.overall)
        run.waiting = loop.call_at(until, self._waited_too_long, run)

    def _waited_too_long(self, run: Run) -> None:
        self._lanes.drop(run)
        run.waiting = None
        late = no_more_tries(run, asyncio.get_running_loop().time()) if run.first_sent else None
        self._answer(run, late or NotRun("busy"))

    def _pump_key(self, key: str) -> None:
        lane = self._lanes.find(key)
        if lane is not None and not self._stopping:
            self._pump(lane)

    def _pump(self, lane: Lane) -> bool:
        """Sends waiting calls to cells that can take them, starts cells for the rest; False when there is no room."""
        while lane.waiting:
            run = lane.waiting[0]
            if run.future.done():
                self._lanes.dequeue(lane)
                continue
            cell = self._cell_for(lane, run)
            if cell is None:
                break
            self._lanes.dequeue(lane)
            self._give(lane, cell, run)
        room = self._limits.cells_per_integration - len(lane.cells)
        if room <= lane.starting and lane.waiting and (lane.waiting[0].alone or lane.waiting[0].once):
            # it needs a cell that has served none, and used ones are in the way
            idle = next((cell for cell in lane.cells if not cell.jobs and not cell.gone), None)
            if idle is not None:
                idle.kill()
                return True
        room_left = True
        if lane.waiting and lane.starting < min(room, 1 + len(lane.waiting) // self._limits.cell_calls_in_flight):
            room_left = self._start_cell(lane)
        self._lanes.forget(lane)
        return room_left

    def _cell_for(self, lane: Lane, run: Run) -> CellHandle | None:
        for cell in lane.cells:
            if self._can_take(cell, run):
                return cell
        return None

    def _give(self, lane: Lane, cell: CellHandle, run: Run) -> None:
        if run.waiting is not None:
            run.waiting.cancel()
            run.waiting = None
        if not cell.jobs:
            self._idle.remove(cell)
        if run.alone or run.once:
            # nothing else joins it until it has answered
            cell.exclusive = True
        cell.send(run)
        if run.slow:
            cell.retiring = True
            cell.demote()
            self._slow.add(cell, lane.program.owner)

    def _can_take(self, cell: CellHandle, run: Run) -> bool:
        if cell.retiring or cell.gone or cell.exclusive:
            return False
        if cell.asking or (cell.jobs and (run.slow or self._lane_of[cell].asks)):
            return False
        if run.alone or run.once:
            return cell.served == 0 and not cell.jobs
        if not cell.jobs:
            return self._room.for_a_busy_cell()
        in_flight = len(cell.jobs) < self._limits.cell_calls_in_flight
        return in_flight and cell.bytes_in_flight + run.size <= self._limits.cell_bytes_in_flight

    def _on_idle(self, cell: CellHandle) -> None:
        if cell.gone or cell.jobs:
            return
        lane = self._lane_of[cell]
        if cell.served % MEASURED_EVERY_CALLS == 1 and cell.measured_growth() > 2 * self._limits.cell_growth:
            cell.retiring = True
        if cell.retiring or cell.child.generation != self._nursery.generation:
            cell.kill()
            return
        cell.exclusive = False
        if lane.waiting:
            self._pump(lane)
        if not cell.jobs:
            self._idle.add(cell)
            self._pump_hungry()

    def _pump_hungry(self) -> None:
        if self._lanes.waiting and self._wake is None:
            self._wake = asyncio.get_running_loop().call_soon(self._feed)

    def _look_again(self) -> None:
        self._later = None
        self._pump_hungry()

    def _feed(self) -> None:
        self._wake = None
        room = True
        for lane in [lane for lane in self._lanes.all() if lane.waiting]:
            if room or lane.cells:
                room = self._pump(lane)

    # cells

    def _start_cell(self, lane: Lane) -> bool:
        if self._stopping:
            return False
        if not self._room.for_an_untried_script():
            if self._later is None:
                # those that run may turn out to stand still
                self._later = asyncio.get_running_loop().call_later(UNPROVEN_SECONDS, self._look_again)
            return False
        while not self._room.for_a_new_cell():
            oldest = self._idle.oldest()
            if oldest is not None:
                oldest.kill()
            elif self._room.is_empty():
                break  # one may run in any case
            else:
                return False
        lane.starting += 1
        self._room.starting += 1
        self._tasks.start(self._open_cell(lane))
        return True

    async def _open_cell(self, lane: Lane) -> None:
        child: Child | None = None
        try:
            child = await self._nursery.fork(self._limits.memory)
        except NurseryDown:
            await asyncio.sleep(RETRY_FORK_SECONDS)
        finally:
            lane.starting -= 1
            self._room.starting -= 1
        if child is not None:
            limits = self._limits
            cell = CellHandle(
                child,
                limits,
                self,
                cpu_seconds=limits.cpu_seconds,
                wall_seconds=limits.wall_seconds,
                max_payload=limits.result_bytes,
            )
            self._lane_of[cell] = lane
            lane.cells.append(cell)
            cell.write(load_frame(lane.program, limits))
            self._idle.add(cell)
        self._pump(lane)
