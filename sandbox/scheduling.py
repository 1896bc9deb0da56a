"""Short turns for whoever is known to need little: the kernel then runs them soon after they wake (Linux 6.12 on).

A process that asks for a short slice of the processor comes before one in the middle of a long slice; its share in all
stays the same, so nobody is starved. The server asks for itself and for cells that have answered a call; a script that
nobody has seen run, or that was seen to be slow, has the ordinary slice. Where the kernel does not know of this,
nothing changes.
"""

import ctypes
import os
import platform
import struct
from typing import Final

# the kernel's least is 0.1 ms
SHORT_SLICE_NS: Final = 100_000
# uapi/asm/unistd: sched_setattr
NUMBERS: Final = {"x86_64": 314, "aarch64": 274}
SCHED_OTHER: Final = 0
# What is forked has the ordinary slice again: a zygote started later, and its cells.
SCHED_FLAG_RESET_ON_FORK: Final = 1
# size, policy, flags, nice, priority, runtime (the slice), deadline, period
ATTRIBUTES: Final = struct.Struct("=IIQiIQQQ")

_libc = ctypes.CDLL(None, use_errno=True)


def short_turns(pid: int = 0) -> bool:
    """Asks for them, for a process (0: this thread); False where that is refused or not known."""
    number = NUMBERS.get(platform.machine())
    if number is None:
        return False
    try:
        nice = os.getpriority(os.PRIO_PROCESS, pid)
    except OSError:
        return False
    attributes = ATTRIBUTES.pack(ATTRIBUTES.size, SCHED_OTHER, SCHED_FLAG_RESET_ON_FORK, nice, 0, SHORT_SLICE_NS, 0, 0)
    refused: int = _libc.syscall(number, pid, attributes, 0)
    return refused == 0
