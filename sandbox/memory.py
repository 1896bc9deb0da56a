"""How much memory this machine, or the control groups we live in, has, and how much a process holds."""

import os
from contextlib import suppress
from pathlib import Path, PurePosixPath

# where each version's groups are, and the file that bounds one
CGROUPS = ((Path("/sys/fs/cgroup"), "memory.max"), (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"))


PAGE = os.sysconf("SC_PAGE_SIZE")


def machine_memory() -> int:
    """Bytes: the smaller of physical memory and what the control groups allow."""
    own = ""
    with suppress(OSError):
        own = Path("/proc/self/cgroup").read_text()
    return min([os.sysconf("SC_PHYS_PAGES") * PAGE, *allowed(own, CGROUPS)])


def allowed(own: str, cgroups: tuple[tuple[Path, str], ...]) -> list[int]:
    """Bytes, for each group that bounds this process; `own` is /proc/self/cgroup, lines of `number:controllers:path`.

    A service's group lies below the mount, a container's at it, whatever path the host calls it by: so each level is
    looked at, from the process's own group up to the mount.
    """
    found = []
    for line in own.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and "memory" not in controllers.split(","):
            continue
        group = PurePosixPath(path.lstrip("/"))
        for level in (group, *group.parents):
            for mount, name in cgroups:
                # "max", or a level that is not there
                with suppress(OSError, ValueError):
                    found.append(int((mount / level / name).read_text()))
    return found


def anonymous_memory(pid: int) -> int:
    """Bytes of a process's own, in memory now, by the kernel's word; 0 where it does not say."""
    with suppress(OSError, ValueError), open(f"/proc/{pid}/statm", "rb") as statm:
        fields = statm.read().split()
        return (int(fields[1]) - int(fields[2])) * PAGE
    return 0
