"""What a cell does to itself before it reads a byte of anyone's.

The order is the design: files that a lower uid could not open first, then the uid, then limits, the parent-death
signal (a uid change clears it), no_new_privs, capabilities, dumpable, Landlock, seccomp. Each step that the kernel
lacks is left out and missing from the answer; the server decides whether what is left is enough. Linux constants are
the kernel's uapi.
"""

import ctypes
import fcntl
import functools
import os
import platform
import resource
import signal
import struct
from contextlib import suppress

from sandbox import seccomp

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_MODE_FILTER = 2
LINUX_CAPABILITY_VERSION_3 = 0x20080522
# the same numbers on every architecture
SYS_LANDLOCK_CREATE_RULESET, SYS_LANDLOCK_RESTRICT_SELF = 444, 446
LANDLOCK_CREATE_RULESET_VERSION = 1
CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWNET = 0x04000000, 0x08000000, 0x10000000, 0x40000000

SOCKET_FD, CLEAR_REFS_FD = 3, 4
NOBODY = 65534
# How a child ends that could not lock itself down, and one that failed after that.
NOT_LOCKED_DOWN, FAILED = 70, 71
PAGE = resource.getpagesize()

_libc = ctypes.CDLL(None, use_errno=True)


def get_ready(cell_uid: int) -> None:
    """In the zygote: what every child would work out for itself, and copy the pages of.

    Raises PermissionError for a root who may not become `cell_uid`: all of its children would die of it, one by one.
    """
    for clear_refs in (True, False):
        _filter(clear_refs)
    _memory_of_this_process()
    if os.getuid() == 0:
        _try_to_leave_root(cell_uid)


def _try_to_leave_root(cell_uid: int) -> None:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            _become(cell_uid)
            status = 0
        finally:
            os._exit(status)
    if os.waitpid(pid, 0)[1] != 0:
        raise PermissionError(
            f"root may not become user {cell_uid} here, as its cells must: run hookcell as a user that is not root, or "
            "let it have CAP_SETUID and CAP_SETGID, and a user namespace that has this user"
        )


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def parent_death_signal(parent: int) -> None:
    """Asks to be killed when the forking thread dies; ends at once when it already has."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def leave_namespaces() -> list[str]:
    """Moves a zygote, and so all its cells, away from the host's network and IPC, where the kernel lets it."""
    flags = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    if os.getuid() != 0:
        # Unprivileged, only inside a user namespace; root stays in its own, or it could not become nobody.
        flags |= CLONE_NEWUSER
    if _libc.unshare(flags) != 0:
        return []
    return ["net", "ipc", "uts"] + (["user"] if flags & CLONE_NEWUSER else [])


def arrange_descriptors(socket_fd: int) -> bool:
    """Puts the socket and the clear_refs file at their fixed numbers and closes all else; says if the latter is there.

    Before the uid changes: afterwards /proc/self belongs to root and neither file opens; an open one goes on working.
    """
    with suppress(OSError):
        score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(score, b"1000")
        os.close(score)
    clear_refs = -1
    with suppress(OSError):
        clear_refs = os.open("/proc/self/clear_refs", os.O_WRONLY)
    high = [_move_up(socket_fd)] + ([_move_up(clear_refs)] if clear_refs >= 0 else [])
    for number, fd in enumerate(high, SOCKET_FD):
        os.dup2(fd, number)
    os.closerange(SOCKET_FD + len(high), 4096)
    return clear_refs >= 0


def harden(parent: int, *, memory: int, clear_refs: bool, cell_uid: int) -> list[str]:
    """Locks this process down for good; answers the names of the layers that are in force."""
    layers = ["pdeathsig"]
    if os.getuid() == 0:
        _become(cell_uid)
        layers.append("uid")
    _limit_resources(memory, descriptors=SOCKET_FD + 1 + clear_refs)
    layers.append("rlimits")
    parent_death_signal(parent)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _drop_capabilities()
    _prctl(PR_SET_DUMPABLE, 0)
    if _landlock():
        layers.append("landlock")
    if _seccomp(clear_refs):
        layers.append("seccomp")
    return layers


def _limit_resources(memory: int, descriptors: int) -> None:
    virtual, data = _memory_of_this_process()
    if virtual:
        _lower(resource.RLIMIT_AS, virtual + memory)
        _lower(resource.RLIMIT_DATA, data + memory)
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_MEMLOCK, resource.RLIMIT_MSGQUEUE):
        _lower(limit, 0)
    # Landlock's ruleset needs one descriptor more than those that stay.
    _lower(resource.RLIMIT_NOFILE, descriptors + 1)
    _lower(resource.RLIMIT_NPROC, 0)


def _memory_of_this_process() -> tuple[int, int]:
    """Bytes of address space, and of data in it; 0 where the system does not say."""
    with suppress(OSError):
        statm = os.open("/proc/self/statm", os.O_RDONLY)
        try:
            fields = os.read(statm, 256).split()
        finally:
            os.close(statm)
        return int(fields[0]) * PAGE, int(fields[5]) * PAGE
    return 0, 0


def _lower(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(limit, (value, value))


def _drop_capabilities() -> None:
    """A zygote in a user namespace of its own has all of them there."""
    header = struct.pack("=Ii", LINUX_CAPABILITY_VERSION_3, 0)
    if _libc.capset(header, bytes(24)) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _landlock() -> bool:
    """Denies every access that the kernel's Landlock version can name, with no rule that allows any."""
    version = _libc.syscall(SYS_LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_CREATE_RULESET_VERSION)
    if version < 1:
        return False
    filesystem = (1 << (13 + (version >= 2) + (version >= 3) + (version >= 5))) - 1
    attributes = struct.pack("=Q", filesystem)
    if version >= 4:
        attributes += struct.pack("=Q", 0b11)  # bind and connect of TCP
    if version >= 6:
        attributes += struct.pack("=Q", 0b11)  # abstract sockets and signals outside
    ruleset = _libc.syscall(SYS_LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    refused: int = _libc.syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return refused == 0


class _SockFprog(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


@functools.cache
def _filter(clear_refs: bool) -> bytes:
    """The program for this machine; empty where there is none."""
    machine = platform.machine()
    if machine not in seccomp.AUDIT_ARCH:
        return b""
    writable = (SOCKET_FD, CLEAR_REFS_FD) if clear_refs else (SOCKET_FD,)
    return seccomp.encode(seccomp.program(machine, readable=(SOCKET_FD,), writable=writable))


def _seccomp(clear_refs: bool) -> bool:
    code = _filter(clear_refs)
    if not code:
        return False
    filter_program = _SockFprog(len(code) // 8, code)
    refused: int = _libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filter_program), 0, 0)
    return refused == 0


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option})")


def _move_up(fd: int) -> int:
    """Out of the way of the fixed numbers, so that dup2 never closes what is still to be moved."""
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, CLEAR_REFS_FD + 1)
