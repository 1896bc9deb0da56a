"""The server's end of one cell: calls go out in order, answers come back in the same order, and the wall clock runs.

Nothing a cell sends is trusted: frames are capped, answers must name the call that is next, and whatever else arrives
kills it. The cell's own timer is the CPU clock; this one is for what no signal handler can interrupt (a loop in C),
for a cell that lies, and for the overall limit of a call.
"""

import asyncio
import os
import signal
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Protocol

from sandbox import scheduling, wire
from sandbox.limits import Limits
from sandbox.zygotes import Child

READ_BYTES = 64 * 1024
# A log in JSON can be six times its size; the rest is tracebacks.
META_PER_LOG_BYTE, META_BESIDES = 8, 512 * 1024
PAGE = os.sysconf("SC_PAGE_SIZE")
# A cell past its CPU limit has this much more to say so itself, and on which line it was.
SPEAK_SECONDS = 0.06
# One that is so far past it does not hear its own clock: it is in a loop in C. Starting is part of a first call.
DEAF_SECONDS = 0.25

ANSWERS = frozenset((wire.DONE, wire.RESULT, wire.LAST_RESULT, wire.QUESTION))

Clock = Literal["cpu", "wall", "overall"]


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
        self.cpu_seconds = cpu_seconds
        self.wall_seconds = wall_seconds
        self.jobs: deque[Job] = deque()
        self.bytes_in_flight = 0
        self.served = 0
        self.growth = 0
        self.slow = False
        # nothing joins the call that is in it
        self.exclusive = False
        self.paused_at: float | None = None
        # since when its call waits for the host; no other call is in it then, and its clocks stand still
        self.asked_at: float | None = None
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
        self._clock = (~child.pid << 3) | 2
        # clocks of the call at the head; not begun while the answers before it are being taken off
        self._head_began = False
        self._head_started = 0.0
        self._head_cpu = 0.0
        self._deadline = 0.0
        # when it may be deaf: not before this by the wall's clock
        self._next_look = 0.0
        self._base_memory = self._anonymous_memory()
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

    def cpu(self) -> float:
        """Seconds of CPU the process has used, by the kernel's clock; what it last was when the process is gone."""
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return self._head_cpu

    def head_age(self) -> float:
        """Seconds since the call at the head was begun, or waits; 0 without one."""
        return self._loop.time() - self._head_started if self._head_began else 0.0

    def head_cpu_used(self) -> float:
        return self.cpu() - self._head_cpu

    def cpu_of_head(self, total: float) -> float:
        """What of a process's whole CPU time, in seconds, went to the call at its head."""
        return max(0.0, total - self._head_cpu)

    def measured_growth(self) -> int:
        """Bytes of memory of its own that the process has gained, by the kernel's word; 0 where it does not say."""
        return max(0, self._anonymous_memory() - self._base_memory)

    def _anonymous_memory(self) -> int:
        with suppress(OSError, ValueError), open(f"/proc/{self.child.pid}/statm", "rb") as statm:
            fields = statm.read().split()
            return (int(fields[1]) - int(fields[2])) * PAGE
        return 0

    def demote(self) -> None:
        self.slow = True
        scheduling.demote(self.child.pid)

    def pause(self) -> None:
        self.paused_at = self._loop.time()
        self.child.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self.paused_at is not None:
            # The wait for the host is counted when it ends.
            until = self._loop.time() if self.asked_at is None else max(self.asked_at, self.paused_at)
            stood_still = until - self.paused_at
            self._head_started += stood_still
            self._deadline += stood_still
            self.paused_at = None
            self.child.send_signal(signal.SIGCONT)

    def kill(self, verdict: tuple[Clock, Job] | str | None = None) -> None:
        if self.gone:
            return
        if self.verdict is None:
            self.verdict = verdict
        self.killed_cpu = self.head_cpu_used()
        self.child.send_signal(signal.SIGKILL)
        self._end()

    def answer(self, job: Job, data: bytes) -> None:
        """The host's answer to what `job` asked; nothing where the cell or the call has ended meanwhile."""
        if self.gone or self.asked_at is None or self.jobs[0] is not job:
            return
        now = self._loop.time()
        # The rest is counted when it goes on.
        until = now if self.paused_at is None else max(self.asked_at, self.paused_at)
        self._head_started += until - self.asked_at
        self._deadline += until - self.asked_at
        self.asked_at = None
        self.write(wire.encode(wire.ANSWER, job.id, b"", data))
        self._arm(now)

    def _begin_head(self, now: float) -> None:
        self._head_began = True
        self._head_started = now
        self._head_cpu = self.cpu()
        self._deadline = now + self.wall_seconds
        self._arm(now)

    def _arm(self, now: float) -> None:
        head = self.jobs[0]
        due = min(self._deadline, head.overall)
        if not self.slow:
            due = min(due, max(now, self._head_started) + self.limits.slow_lane_cpu_seconds)
        else:
            due = min(due, max(self._next_look, self._head_started + self.cpu_seconds + DEAF_SECONDS))
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
        if self.asked_at is not None:
            self._timer = self._loop.call_at(head.overall, self._on_timer)
            return
        if self.paused_at is not None:
            self._timer = self._loop.call_at(min(now + 0.1, head.overall), self._on_timer)
            return
        used = self.head_cpu_used()
        if used >= self.cpu_seconds + DEAF_SECONDS:
            self.kill(("cpu", head))
            return
        self._next_look = now + max(0.01, self.cpu_seconds + DEAF_SECONDS - used)
        if not self.slow and used >= self.limits.slow_lane_cpu_seconds:
            self._owner.on_slow(self)
            if not self.jobs:
                # it was ended for want of a place
                return
        if now >= self._deadline:
            left = self.cpu_seconds + SPEAK_SECONDS - used
            most = self._head_started + max(self.limits.wall_seconds_extended, self.wall_seconds)
            if left <= 0:
                self.kill(("cpu", head))
                return
            if now >= most:
                self.kill(("wall", head))
                return
            # On a busy machine the script's own time counts.
            self._deadline = min(now + max(left, 0.01), most)
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
        if self.jobs and not self._head_began:
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
        if self.asked_at is not None:
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
            self._head_began = False

    def _on_question(self, frame: wire.Frame) -> None:
        """The cell drops the calls it holds: they go elsewhere, and do not wait for the host with it."""
        self._look_at_head()
        self.asked_at = self._loop.time()
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
        self.head_wall = self._loop.time() - self._head_started
        if self._timer is not None:
            self._timer.cancel()
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        jobs = list(self.jobs)
        self.jobs.clear()
        self._owner.on_gone(self, jobs)
