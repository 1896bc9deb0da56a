"""The server's clocks of the call at the head of a cell: for what the cell's own clock cannot end.

That is a loop in C, which no signal handler interrupts, and a cell that lies. They begin with the call and stand still
while it waits for the host, or has no turn. On a busy machine the call's own CPU time counts, read from the kernel: one
that has not used it up by its wall deadline has more time, up to `wall_seconds_extended`.
"""

import time
from typing import Literal

from sandbox.limits import Limits

# A cell past its CPU limit has this much more to say so itself, and on which line it was.
SPEAK_SECONDS = 0.06
# One that is so far past it does not hear its own clock: it is in a loop in C. Starting is part of a first call.
DEAF_SECONDS = 0.25
LOOK_AGAIN_SECONDS = 0.01

Clock = Literal["cpu", "wall", "overall"]


class HeadClocks:
    """`cpu_seconds` and `wall_seconds` are what a call may use; times are the event loop's, in seconds."""

    def __init__(self, pid: int, limits: Limits, *, cpu_seconds: float, wall_seconds: float) -> None:
        # not while the answers before the call are being taken off
        self.running = False
        self._clock = (~pid << 3) | 2
        self._cpu_seconds = cpu_seconds
        self._wall_seconds = wall_seconds
        self._longest = max(limits.wall_seconds_extended, wall_seconds)
        self._slow_seconds = limits.slow_lane_cpu_seconds
        self._started = 0.0
        self._cpu_then = 0.0
        self._deadline = 0.0
        # when it may be deaf: not before this by the wall's clock
        self._next_look = 0.0
        # for how many reasons they stand still, and since when
        self._reasons = 0
        self._still_since = 0.0

    def begin(self, now: float) -> None:
        self.running = True
        self._started = self._still_since = now
        self._cpu_then = self.cpu()
        self._deadline = now + self._wall_seconds

    def cpu(self) -> float:
        """Seconds of CPU the process has used, by the kernel's clock; what it last was when the process is gone."""
        try:
            return time.clock_gettime(self._clock)
        except OSError:
            return self._cpu_then

    def used(self) -> float:
        """Seconds of CPU that the call has used."""
        return self.cpu() - self._cpu_then

    def share(self, total: float) -> float:
        """What of a process's whole CPU time, in seconds, went to its last call."""
        return max(0.0, total - self._cpu_then)

    def wall(self, now: float) -> float:
        """Seconds since the latest call began, without those when they stood still; what goes on now counts."""
        return now - self._started

    def stand_still(self, now: float) -> None:
        """For one reason more."""
        if not self._reasons:
            self._still_since = now
        self._reasons += 1

    def go_on(self, now: float) -> None:
        """For one reason less."""
        self._reasons -= 1
        if not self._reasons:
            self._started += now - self._still_since
            self._deadline += now - self._still_since

    def is_slow(self, used: float) -> bool:
        return used >= self._slow_seconds

    def due(self, now: float, *, slow: bool) -> float:
        """When to look at them next; `slow`, where it is known to be."""
        if not slow:
            return min(self._deadline, max(now, self._started) + self._slow_seconds)
        return min(self._deadline, max(self._next_look, self._started + self._cpu_seconds + DEAF_SECONDS))

    def over(self, now: float, used: float) -> Clock | None:
        """By which of them the call has to end now, having used so much CPU; else its deadline may have moved."""
        until_deaf = self._cpu_seconds + DEAF_SECONDS - used
        if until_deaf <= 0:
            return "cpu"
        self._next_look = now + max(LOOK_AGAIN_SECONDS, until_deaf)
        if now < self._deadline:
            return None
        left = self._cpu_seconds + SPEAK_SECONDS - used
        if left <= 0:
            return "cpu"
        last = self._started + self._longest
        if now >= last:
            return "wall"
        self._deadline = min(now + max(left, LOOK_AGAIN_SECONDS), last)
        return None
