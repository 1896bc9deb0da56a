"""The server's end of one cell: calls go out in order, answers come back in the same order, and the clocks run.

Nothing a cell sends is trusted: frames are capped, answers must name the call that is next, and whatever else arrives
kills it. So do the server's clocks (`clocks.py`), and the overall limit of a call.
"""

import asyncio
import signal
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from sandbox import scheduling, wire
from sandbox.clocks import Clock, HeadClocks
from sandbox.limits import Limits
from sandbox.memory import anonymous_memory
from sandbox.zygotes import Child

READ_BYTES = 64 * 1024
# A log in JSON can be six times its size; the rest is tracebacks.
META_PER_LOG_BYTE, META_BESIDES = 8, 512 * 1024
# A call that has no turn is looked at as often, for it may have been given one.
PAUSED_LOOK_SECONDS = 0.1
ANSWERS = frozenset((wire.DONE, wire.RESULT, wire.LAST_RESULT, wire.QUESTION))


@dataclass(eq=False)
class Job:
    """One frame down and the outcome that answers it; `overall` is the loop time at which it ends in any case."""

    id: int
    kind: int
    meta: bytes
    payload: bytes
    overall: float
    # What it meets on its way; most meet nothing of it, and cost no assignment.
    first_sent: float = field(default=0.0, init=False)
    # To be run with no other call in its cell, in a cell that has served none: see pool.
    alone: bool = field(default=False, init=False)
    reruns: int = field(default=0, init=False)
    # It has asked the host for something, so running it again might do that twice.
    asked: bool = field(default=False, init=False)
    waiting: asyncio.TimerHandle | None = field(default=None, init=False, repr=False)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = len(self.meta) + len(self.payload)


class Owner(Protocol):
    """Who is told what a cell does; called from the event loop, never re-entered from `send`."""

    def on_answer(self, cell: "CellHandle", job: Job | None, frame: wire.Frame) -> None:
        """An answer to `job`, or the cell's READY (job None). Raises BadFrame when the content is not as it must be."""

    def on_question(self, cell: "CellHandle", job: Job, frame: wire.Frame, later: list[Job]) -> None:
        """`job` asks the host for something and waits for `cell.answer`; the cell has forgotten the `later` ones.

        Raises BadFrame.
        """

    def on_read(self, cell: "CellHandle") -> None:
        """All answers that came together have been told and taken off."""

    def on_slow(self, cell: "CellHandle") -> None:
        """One call has used so much CPU that the cell is no longer a fast one."""

    def on_gone(self, cell: "CellHandle", jobs: list[Job]) -> None:
        """The process has ended; `jobs` are unanswered, in order. `cell.verdict` says why if this side ended it."""


class CellHandle:
    """`max_payload` (bytes) is the most that an honest answer, or a question, may carry."""

    def __init__(
        self,
        child: Child,
        limits: Limits,
        owner: Owner,
        *,
        cpu_seconds: float,
        wall_seconds: float,
        max_payload: int,
    ) -> None:
        self.child = child
        self.limits = limits
        self.clocks = HeadClocks(child.pid, limits, cpu_seconds=cpu_seconds, wall_seconds=wall_seconds)
        self.jobs: deque[Job] = deque()
        self.bytes_in_flight = 0
        self.served = 0
        self.growth = 0
        self.slow = False
        # nothing joins the call that is in it
        self.exclusive = False
        self.paused = False
        # its call waits for the host; no other call is in it then
        self.asking = False
        # no further job may be sent; it ends as soon as it is idle
        self.retiring = False
        # it said that its latest answer was its last: what it still holds was not begun
        self.last = False
        self.verdict: tuple[Clock, Job] | str | None = None
        # what the call at the head had used when the cell ended, in seconds
        self.killed_cpu: float | None = None
        self.head_wall = 0.0
        # it has said that it is ready: nothing else comes before, and it is said once
        self.ready = False
        self.gone = False
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._socket = child.socket
        self._fd = child.socket.fileno()
        self._decoder = wire.Decoder(
            max_meta=limits.log_bytes * META_PER_LOG_BYTE + META_BESIDES,
            max_payload=max_payload,
        )
        self._out: list[bytes] = []
        self._flushing = False
        self._timer: asyncio.TimerHandle | None = None
        self._base_memory = anonymous_memory(child.pid)
        self._loop.add_reader(self._fd, self._on_readable)

    def send(self, job: Job) -> None:
        now = self._loop.time()
        if not job.first_sent:
            job.first_sent = now
        self.bytes_in_flight += job.size
        self.jobs.append(job)
        if len(self.jobs) == 1:
            self._begin_head(now)
        self.write(wire.header(job.kind, job.id, job.meta, job.payload), job.meta, job.payload)

    def write(self, *parts: bytes) -> None:
        """What one turn of the loop produces goes out in one send."""
        self._out += parts
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def head_age(self) -> float:
        """Seconds since the call at the head was begun, or goes on; 0 without one."""
        return self.clocks.wall(self._loop.time()) if self.clocks.running else 0.0

    def measured_growth(self) -> int:
        """Bytes of memory of its own that the process has gained, by the kernel's word; 0 where it does not say."""
        return max(0, anonymous_memory(self.child.pid) - self._base_memory)

    def demote(self) -> None:
        self.slow = True
        scheduling.demote(self.child.pid)

    def pause(self) -> None:
        self.paused = True
        self.clocks.stand_still(self._loop.time())
        self.child.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self.paused:
            self.paused = False
            self.clocks.go_on(self._loop.time())
            self.child.send_signal(signal.SIGCONT)

    def kill(self, verdict: tuple[Clock, Job] | str | None = None) -> None:
        if self.gone:
            return
        if self.verdict is None:
            self.verdict = verdict
        self.killed_cpu = self.clocks.used()
        self.child.send_signal(signal.SIGKILL)
        self._end()

    def answer(self, job: Job, data: bytes) -> None:
        """The host's answer to what `job` asked; nothing where the cell or the call has ended meanwhile."""
        if self.gone or not self.asking or self.jobs[0] is not job:
            return
        now = self._loop.time()
        self.asking = False
        self.clocks.go_on(now)
        self.write(wire.encode(wire.ANSWER, job.id, b"", data))
        self._arm(now)

    def _begin_head(self, now: float) -> None:
        self.clocks.begin(now)
        self._arm(now)

    def _arm(self, now: float) -> None:
        due = min(self.clocks.due(now, slow=self.slow), self.jobs[0].overall)
        if self._timer is not None:
            # One that strikes too early looks again; moving it for each call would cost more.
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(due, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        if self.gone or not self.jobs:
            return
        now = self._loop.time()
        head = self.jobs[0]
        if now >= head.overall:
            self.kill(("overall", head))
            return
        if self.asking:
            self._timer = self._loop.call_at(head.overall, self._on_timer)
            return
        if self.paused:
            self._timer = self._loop.call_at(min(now + PAUSED_LOOK_SECONDS, head.overall), self._on_timer)
            return
        used = self.clocks.used()
        if not self.slow and self.clocks.is_slow(used):
            self._owner.on_slow(self)
            if not self.jobs:
                # it was ended for want of a place
                return
        if (clock := self.clocks.over(now, used)) is not None:
            self.kill((clock, head))
            return
        self._arm(now)

    def _flush(self) -> None:
        self._flushing = False
        if self.gone or not self._out:
            return
        parts, self._out = self._out, []
        try:
            sent = self._socket.sendmsg(parts)
        except BlockingIOError:
            sent = 0
        except OSError:
            # It is dead or dying: the reader hears of it.
            return
        if sent < sum(map(len, parts)):
            self._out = [b"".join(parts)[sent:]]
            self._flushing = True
            self._loop.add_writer(self._fd, self._on_writable)

    def _on_writable(self) -> None:
        self._loop.remove_writer(self._fd)
        self._flush()

    def _on_readable(self) -> None:
        try:
            data = self._socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end()
            return
        decoder = self._decoder
        decoder.feed(data)
        try:
            while not self.gone and (frame := decoder.next()) is not None:
                self._on_frame(frame)
        except wire.BadFrame as bad:
            self._look_at_head()
            self.kill(f"it sent what a cell never sends: {bad}")
        if not self.gone:
            self._look_at_head()
            self._owner.on_read(self)

    def _look_at_head(self) -> None:
        """Its clocks begin with its call: once for all answers that came together, since a clock costs a call."""
        if self.jobs and not self.clocks.running:
            self._begin_head(self._loop.time())

    def _on_frame(self, frame: wire.Frame) -> None:
        kind = frame.kind
        if kind == wire.READY:
            if self.ready or frame.call != 0 or frame.payload:
                raise wire.BadFrame("a second READY, or one that is not as it must be")
            self._owner.on_answer(self, None, frame)
            self.ready = True
            return
        if kind not in ANSWERS:
            raise wire.BadFrame(f"a frame of kind {kind}")
        job = self.jobs[0] if self.jobs else None
        if job is None or job.id != frame.call:
            raise wire.BadFrame("an answer to a call that is not next")
        if self.asking:
            raise wire.BadFrame("more, before the host has answered")
        if kind == wire.QUESTION:
            if not self.ready:
                raise wire.BadFrame("a question before it was ready")
            self._on_question(frame)
            return
        self._owner.on_answer(self, job, frame)
        self.jobs.popleft()
        self.bytes_in_flight -= job.size
        self.served += 1
        if kind == wire.LAST_RESULT:
            # It ends by itself now; not to depend on that, it is ended.
            self.last = True
            self.kill()
        else:
            self.clocks.running = False

    def _on_question(self, frame: wire.Frame) -> None:
        """The cell drops the calls it holds: they go elsewhere, and do not wait for the host with it."""
        self._look_at_head()
        self.asking = True
        self.clocks.stand_still(self._loop.time())
        head = self.jobs.popleft()
        later = list(self.jobs)
        self.jobs = deque([head])
        self.bytes_in_flight = head.size
        head.asked = True
        self._owner.on_question(self, head, frame, later)

    def _end(self) -> None:
        if self.gone:
            return
        self.gone = True
        self.head_wall = self.clocks.wall(self._loop.time())
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        jobs = list(self.jobs)
        self.jobs.clear()
        self._owner.on_gone(self, jobs)
