"""What is said of a call that died with its cell: by the clock that ended it, or by how the process went."""

from sandbox.handle import CellHandle
from sandbox.lane import Run
from sandbox.limits import Limits
from sandbox.outcome import Crashed, Outcome, Receipt, TimedOut
from sandbox.zygotes import Exit


def verdict(cell: CellHandle, run: Run, exited: Exit | None, limits: Limits) -> Outcome:
    """The outcome of the call at the head of a cell that is gone; `exited` is its zygote's word, if it came."""
    cpu = cell.killed_cpu
    if cpu is None:
        cpu = cell.cpu_of_head(exited.cpu_seconds) if exited else 0.0
    receipt = Receipt(int(cell.head_wall * 1e6), int(cpu * 1e6), None, 0)
    if isinstance(cell.verdict, tuple):
        clock = cell.verdict[0]
        seconds = {"cpu": limits.cpu_seconds, "wall": limits.wall_seconds, "overall": run.overall_seconds}
        return TimedOut(clock, seconds[clock], None, receipt)
    return Crashed(cell.verdict or (exited.describe() if exited else "it ended"), receipt)
