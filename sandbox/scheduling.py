"""Whose turn it is on the processor: those who are known to need little come first, by two means.

Where there are several cores, one is kept for the server and for cells that have answered a call: whatever may spin
(the zygotes, what they fork, a script that nobody has seen run, or that was seen to be slow) stays on the others. For
however low its priority is, a tick of the kernel, 4 ms, may pass before it lets another go first.

And they ask for short slices (Linux 6.12 on): a process with a short slice comes before one in the middle of a long
one; its share in all stays the same, so nobody is starved. What a system refuses or does not know is left as it is;
and where a cell could not be called back to the kept core, none is sent away from it.
"""

import ctypes
import os
import platform
import struct
from contextlib import suppress
from typing import Final

from sandbox.harden import LINUX_CAPABILITY_VERSION_3

# The kernel's least is 0.1 ms, but then many cells that are busy at once take turns so often that none has its data at
# hand: 27 % more processor time a call, measured.
SHORT_SLICE_NS: Final = 500_000
LOWEST_PRIORITY: Final = 19
# uapi/linux/capability
CAP_SYS_NICE: Final = 23
# uapi/asm/unistd: sched_setattr
NUMBERS: Final = {"x86_64": 314, "aarch64": 274}
SCHED_OTHER: Final = 0
# What is forked has the ordinary slice again: a zygote started later, and its cells.
SCHED_FLAG_RESET_ON_FORK: Final = 1
# size, policy, flags, nice, priority, runtime (the slice), deadline, period
ATTRIBUTES: Final = struct.Struct("=IIQiIQQQ")

_libc = ctypes.CDLL(None, use_errno=True)


def cores() -> frozenset[int]:
    """Those that this process may use."""
    return frozenset(os.sched_getaffinity(0))


def shared_cores() -> frozenset[int]:
    """Those where anything may spin: all but one, where there are several."""
    every = cores()
    return every - {min(every)} or every


def steers_cells() -> bool:
    """Whether this process may say where and when its cells run.

    Those of a root are another user's, and it needs CAP_SYS_NICE, which containers do not give.
    """
    if os.getuid() != 0:
        return True
    held = ctypes.create_string_buffer(24)
    if _libc.capget(struct.pack("=Ii", LINUX_CAPABILITY_VERSION_3, 0), held) != 0:
        return False
    (effective,) = struct.unpack_from("=I", held)
    return bool(effective >> CAP_SYS_NICE & 1)


def prefer(pid: int) -> None:
    """For a cell that is known to answer quickly."""
    short_turns(pid)
    with suppress(OSError):
        os.sched_setaffinity(pid, cores())


def confine(pid: int = 0) -> None:
    """Keeps a process (0: this one), and what it forks from now on, off the core that is kept."""
    with suppress(OSError):
        os.sched_setaffinity(pid, shared_cores())


def demote(pid: int) -> None:
    """For a cell that turned out to be slow: it cannot be undone without privileges."""
    confine(pid)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, LOWEST_PRIORITY)


def short_turns(pid: int = 0) -> bool:
    """Asks for short slices, for a process (0: this thread); False where that is refused or not known."""
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
