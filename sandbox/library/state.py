"""What belongs to the running call: one at a time in a process, so it lives in this module and nowhere else."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class CallState:
    """Where `print` goes and what time it is.

    `write_log` gets the exact text that print would have written to a file. `now` freezes the clock at a time in
    seconds since the epoch; None reads the machine's.
    """

    write_log: Callable[[str], object]
    now: float | None = None
    # Names of the library's modules that this call has imported: their own state is made anew at the first import.
    imported: set[str] = field(default_factory=set)


def _nowhere(text: str) -> None:
    """What a leftover of a call prints after its end."""


IDLE = CallState(_nowhere)
call: CallState = IDLE


def now() -> float:
    frozen = call.now
    return time.time() if frozen is None else frozen
