"""Who loses its parent becomes the child of process 1: in a container without an init, of the server.

When a zygote dies its cells die with it, and nobody but process 1 can take their names from the kernel's table. What
belongs to somebody here is left to its owner, who asks within hundredths of a second; what is still there when it is
seen a second time is an orphan.
"""

import asyncio
import os
from contextlib import suppress

LOOK_EVERY_SECONDS = 1.0


class Orphans:
    """Looks once a second; only as process 1, or where a caller knows that this process is given orphans."""

    def __init__(self, *, adopts: bool | None = None) -> None:
        self._adopts = os.getpid() == 1 if adopts is None else adopts
        self._timer: asyncio.TimerHandle | None = None
        self._seen: set[int] = set()

    def start(self) -> None:
        if self._adopts:
            self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY_SECONDS, self._look_again)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look_again(self) -> None:
        self.look()
        self.start()

    def look(self) -> None:
        dead = ended_children() if _any_ended() else set[int]()
        for pid in dead & self._seen:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        self._seen = dead - self._seen


def _any_ended() -> bool:
    try:
        return os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return False


def ended_children() -> set[int]:
    """Children of this process that have ended and that nobody has waited for."""
    own = str(os.getpid()).encode()
    found = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                with open(f"/proc/{name}/stat", "rb") as file:
                    # the name of a program may hold anything, a bracket too
                    state, parent, *_ = file.read().rpartition(b")")[2].split()
                if state == b"Z" and parent == own:
                    found.add(int(name))
    return found
