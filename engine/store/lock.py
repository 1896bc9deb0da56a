"""One process a data folder: whoever writes the SQLite file holds `hookcell.lock` for as long as it lives.

The lock is the kernel's, so it ends with the process however that ends; the pid inside is for the message only.
"""

import fcntl
import os
from pathlib import Path

from engine.errors import CannotStart, DataLocked


class DataLock:
    """Raises DataLocked, which names the other process and what to do; CannotStart for a folder that cannot be made."""

    def __init__(self, data: Path) -> None:
        path = data / "hookcell.lock"
        try:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            # os.open's descriptors are not inherited by what the process executes
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CannotStart(
                f"The data folder {data} cannot be used ({error.strerror}); name a folder that can be written "
                "with HOOKCELL_DATA."
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise DataLocked(
                f"Process {holder or 'unknown'} already works on the data folder {data}. Stop it first or name another "
                "folder with HOOKCELL_DATA; for several servers on one database set "
                "HOOKCELL_DATABASE_URL=postgresql://..."
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._descriptor)
