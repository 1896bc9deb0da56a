"""How much memory this machine, or the control group we live in, has."""

import os
from contextlib import suppress
from pathlib import Path

CGROUP_FILES = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def machine_memory() -> int:
    """Bytes: the smaller of physical memory and the control group's limit."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for file in CGROUP_FILES:
        with suppress(OSError, ValueError):
            return min(total, int(file.read_text()))
    return total
