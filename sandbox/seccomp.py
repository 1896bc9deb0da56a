"""The system call filter of a cell, as a BPF program: an allow-list, nothing else.

Allowed: what CPython needs to compute (memory, its own clocks and signals), `read` and `preadv2` on the cell's socket,
`write` on the socket and on the kept clear_refs file. A forgotten lazy import would open or stat a file: those calls
fail with EPERM, so that it becomes an ordinary ImportError; so do other processes' clocks. Everything else, other
architectures' and x32 calls among them, kills. The tests interpret the program for both architectures and say what each
call would get.
"""

import struct
from dataclasses import dataclass

# linux/audit.h, linux/seccomp.h, linux/filter.h
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000
RET_ALLOW = 0x7FFF0000
RET_ERRNO_EPERM = 0x00050000 | 1
RET_KILL_PROCESS = 0x80000000
LD_W_ABS, JMP_JEQ_K, JMP_JGE_K, JMP_JSET_K, RET_K = 0x20, 0x15, 0x35, 0x45, 0x06
# offsets in struct seccomp_data
NR, ARCH, ARGS = 0, 4, 16
PROT_EXEC = 0x4

# A name that an architecture lacks is absent from its table and skipped.
NUMBERS: dict[str, dict[str, int]] = {
    "x86_64": {
        "read": 0, "write": 1, "open": 2, "stat": 4, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12,
        "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "access": 21, "sched_yield": 24, "mremap": 25,
        "madvise": 28, "setitimer": 38, "getpid": 39, "fcntl": 72, "readlink": 89, "gettimeofday": 96, "getrusage": 98,
        "time": 201, "futex": 202, "getdents64": 217, "restart_syscall": 219, "clock_gettime": 228,
        "clock_nanosleep": 230, "exit_group": 231, "openat": 257, "newfstatat": 262, "getrandom": 318, "preadv2": 327,
    },
    "aarch64": {
        "fcntl": 25, "ioctl": 29, "openat": 56, "getdents64": 61, "lseek": 62, "read": 63, "write": 64,
        "newfstatat": 79, "exit_group": 94, "futex": 98, "setitimer": 103, "clock_gettime": 113,
        "clock_nanosleep": 115, "sched_yield": 124, "restart_syscall": 128, "rt_sigprocmask": 135, "rt_sigreturn": 139,
        "getrusage": 165, "gettimeofday": 169, "getpid": 172, "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222,
        "mprotect": 226, "madvise": 233, "getrandom": 278, "preadv2": 286,
    },
}  # fmt: skip

ALLOWED = (
    "munmap", "mremap", "exit_group", "brk", "futex", "getrandom", "rt_sigreturn", "rt_sigprocmask",
    "gettimeofday", "time", "restart_syscall", "getpid", "sched_yield", "setitimer", "getrusage",
)  # fmt: skip
NOT_EXECUTABLE = ("mmap", "mprotect")
# The clocks beyond these are other processes': they tell who is there, and what it does.
FIRST_FOREIGN_CLOCK = 12
# MADV_DONTNEED, MADV_FREE, MADV_HUGEPAGE, MADV_NOHUGEPAGE: memory shared by content, for one, tells what others hold
ADVICE = (4, 8, 14, 15)
REFUSED_SOFTLY = (
    "openat", "open", "newfstatat", "stat", "access", "readlink", "lseek", "ioctl", "fcntl", "getdents64",
    "clock_nanosleep",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Instruction:
    """One `struct sock_filter`; jumps count instructions from the next one."""

    code: int
    k: int
    jump_true: int = 0
    jump_false: int = 0

    def pack(self) -> bytes:
        return struct.pack("=HBBI", self.code, self.jump_true, self.jump_false, self.k)


def program(machine: str, *, readable: tuple[int, ...], writable: tuple[int, ...]) -> tuple[Instruction, ...]:
    """The filter for `machine` (x86_64 or aarch64), with what reads and `write` pinned to these descriptors."""
    numbers = NUMBERS[machine]
    allow, refuse, kill = (
        Instruction(RET_K, RET_ALLOW),
        Instruction(RET_K, RET_ERRNO_EPERM),
        Instruction(RET_K, RET_KILL_PROCESS),
    )
    out = [
        Instruction(LD_W_ABS, ARCH),
        Instruction(JMP_JEQ_K, AUDIT_ARCH[machine], 1, 0),
        kill,
        Instruction(LD_W_ABS, NR),
    ]
    if machine == "x86_64":
        out += [Instruction(JMP_JGE_K, X32_BIT, 0, 1), kill]
    for name in ALLOWED:
        if name in numbers:
            out += [Instruction(JMP_JEQ_K, numbers[name], 0, 1), allow]
    for name in NOT_EXECUTABLE:
        # the third argument is prot
        block = [*_load_argument(2), Instruction(JMP_JSET_K, PROT_EXEC, 0, 1), kill, allow]
        out += [Instruction(JMP_JEQ_K, numbers[name], 0, len(block)), *block]
    block = [*_load_argument(0), Instruction(JMP_JGE_K, FIRST_FOREIGN_CLOCK, 0, 1), refuse, allow]
    out += [Instruction(JMP_JEQ_K, numbers["clock_gettime"], 0, len(block)), *block]
    for name, argument, values, otherwise in (
        ("madvise", 2, ADVICE, refuse),
        ("read", 0, readable, kill),
        ("preadv2", 0, readable, kill),
        ("write", 0, writable, kill),
    ):
        block = [*_load_argument(argument)]
        for value in values:
            block += [Instruction(JMP_JEQ_K, value, 0, 1), allow]
        block.append(otherwise)
        out += [Instruction(JMP_JEQ_K, numbers[name], 0, len(block)), *block]
    for name in REFUSED_SOFTLY:
        if name in numbers:
            out += [Instruction(JMP_JEQ_K, numbers[name], 0, 1), refuse]
    out.append(kill)
    return tuple(out)


def _load_argument(index: int) -> list[Instruction]:
    """Loads the low half of an argument: a descriptor is an int in the kernel, and PROT_EXEC a bit of the low half."""
    return [Instruction(LD_W_ABS, ARGS + 8 * index)]


def encode(instructions: tuple[Instruction, ...]) -> bytes:
    return b"".join(instruction.pack() for instruction in instructions)
