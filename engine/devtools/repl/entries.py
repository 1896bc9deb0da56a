"""What was typed in a terminal, kept for the next time: a file of the user's own, that nobody else may read.

One JSON text a line, the newest last. It holds at most MAX_ENTRIES and MAX_BYTES; where it cannot be kept, nothing is
said: it is a comfort.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

MAX_ENTRIES = 1_000
MAX_BYTES = 512 * 1024
MAX_ENTRY = 16 * 1024


def default_file(environment: Mapping[str, str] = os.environ) -> Path:
    """In the user's state directory."""
    state = environment.get("XDG_STATE_HOME", "")
    folder = Path(state) if state.startswith("/") else Path("~/.local/state").expanduser()
    return folder / "hookcell" / "repl-history"


class Entries:
    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> list[str]:
        """The oldest first; a line that is none is left out."""
        try:
            with self._file.open("rb") as source:
                source.seek(max(0, os.fstat(source.fileno()).st_size - MAX_BYTES))
                lines = source.read(MAX_BYTES).split(b"\n")
        except OSError:
            return []
        found = (_entry(line) for line in lines)
        return [entry for entry in found if entry][-MAX_ENTRIES:]

    def add(self, entry: str) -> None:
        line = json.dumps(entry).encode() + b"\n"
        if len(line) > MAX_ENTRY:
            return
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(self._file, "ab", opener=_for_its_owner) as target:
                target.write(line)
                size = target.tell()
            if size > MAX_BYTES:
                self._shorten()
        except OSError:
            return

    def _shorten(self) -> None:
        """To its newer half, so that it is not done for every entry."""
        lines = [json.dumps(entry).encode() + b"\n" for entry in self.read()]
        while sum(map(len, lines)) > MAX_BYTES // 2:
            del lines[: len(lines) // 4 + 1]
        part = self._file.with_suffix(".part")
        part.unlink(missing_ok=True)
        with open(part, "xb", opener=_for_its_owner) as target:
            target.writelines(lines)
        part.replace(self._file)


def _for_its_owner(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_NOFOLLOW, 0o600)
    # one that was there before
    os.fchmod(descriptor, 0o600)
    return descriptor


def _entry(line: bytes) -> str | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, str) else None
