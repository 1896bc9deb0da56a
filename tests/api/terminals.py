"""`hookcell` in a real terminal: wait to see something, type."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SECONDS = 20
# the terminal becomes that of the process, as for a shell's
TAKE_IT = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
PROGRAM = "from api.cli import main; main()"


_CONTROL = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|\r|\n|\x1b.|[^\x1b\r\n]")


@dataclass
class Typist:
    process: subprocess.Popen[bytes]
    terminal: int
    seen: str = ""
    shown: str = ""

    def see(self, text: str) -> str:
        """What stood before it, from what was seen last on."""
        until = time.monotonic() + SECONDS
        while text not in self.seen:
            ready = select.select([self.terminal], [], [], max(0, until - time.monotonic()))[0]
            assert ready, f"{text!r} is not in {self.seen!r}"
            self._read()
        before, _, self.seen = self.seen.partition(text)
        return before

    def see_line(self, text: str) -> None:
        """Wait until the line with the cursor says so."""
        until = time.monotonic() + SECONDS
        while cursor_line(self.shown) != text:
            ready = select.select([self.terminal], [], [], max(0, until - time.monotonic()))[0]
            assert ready, f"the line is {cursor_line(self.shown)!r}, not {text!r}"
            self._read()

    def _read(self) -> None:
        new = os.read(self.terminal, 4096).decode(errors="replace")
        self.seen += new
        self.shown += new

    def type(self, data: bytes) -> None:
        os.write(self.terminal, data)

    def signal(self) -> None:
        self.process.send_signal(signal.SIGINT)


def cursor_line(output: str) -> str:
    """What stands in the line of the cursor on an endless screen, as far as prompt-toolkit draws it."""
    rows, row, column = [""], 0, 0
    for found in _CONTROL.finditer(output):
        number = int(found[1]) if found[1] and found[1].isdecimal() else 1
        match found[0][0], found[2]:
            case "\r", _:
                column = 0
            case "\n", _:
                row += 1
            case "\x1b", "A":
                row -= number
            case "\x1b", "C":
                column += number
            case "\x1b", "D":
                column = max(0, column - number)
            case "\x1b", "J":
                rows[row:] = [rows[row][:column]]
            case "\x1b", _:
                pass
            case character, _:
                rows[row] = rows[row].ljust(column)[:column] + character + rows[row][column + 1 :]
                column += 1
        rows += [""] * (row + 1 - len(rows))
    return rows[row].rstrip()


@contextmanager
def hookcell(*arguments: str | Path, folder: Path, ends_with: int = 0, **environment: str) -> Iterator[Typist]:
    """`hookcell` with these arguments; at the end it has ended by itself, with this code."""
    ours, theirs = pty.openpty()
    settings = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **environment}
    process = subprocess.Popen(
        [sys.executable, "-c", TAKE_IT + PROGRAM, *map(str, arguments)],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=settings,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Typist(process, ours)
        assert process.wait(SECONDS) == ends_with
    finally:
        process.kill()
        process.wait()
        os.close(ours)
