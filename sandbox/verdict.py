"""What is said of a call that died with its cell: by the clock that ended it, or by how the process went."""

import signal

from sandbox.handle import CellHandle
from sandbox.harden import NOT_LOCKED_DOWN
from sandbox.lane import Run
from sandbox.limits import Limits
from sandbox.outcome import Crashed, Outcome, Receipt, TimedOut
from sandbox.zygotes import Exit

# How often a call runs again because its cell died, through whosever fault.
MAX_RERUNS = 2
CROWDED = (
    "too many scripts were slow at once; this one had asked its host for something, so it could not wait for a place"
)


def no_more_tries(run: Run, now: float) -> Outcome | None:
    """The outcome of a call that may not run again, at the loop time `now`; None while it may."""
    receipt = Receipt(int((now - run.first_sent) * 1e6), 0, None, 0)
    if now >= run.overall:
        return TimedOut("overall", run.overall_seconds, None, receipt)
    if run.reruns > MAX_RERUNS:
        return Crashed("its cell died each time it was run", receipt)
    return None


def verdict(cell: CellHandle, run: Run, exited: Exit | None, limits: Limits) -> Outcome:
    """The outcome of the call at the head of a cell that is gone; `exited` is its zygote's word, if it came."""
    cpu = cell.killed_cpu
    if cpu is None:
        cpu = cell.clocks.share(exited.cpu_seconds) if exited else 0.0
    receipt = Receipt(int(cell.head_wall * 1e6), int(cpu * 1e6), None, 0)
    if isinstance(cell.verdict, tuple):
        clock = cell.verdict[0]
        seconds = {"cpu": limits.cpu_seconds, "wall": limits.wall_seconds, "overall": run.overall_seconds}
        return TimedOut(clock, seconds[clock], None, receipt)
    if cell.verdict is not None or exited is None:
        return Crashed(cell.verdict or "it ended", receipt)
    own_doing = exited.signal != signal.SIGKILL and exited.code != NOT_LOCKED_DOWN
    return Crashed(exited.describe(), receipt, own_doing=own_doing)
