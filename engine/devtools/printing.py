"""Prints lines for an author: results to one console, what is wrong to another.

Nothing a payload, a script or a server says can act on the terminal: control characters, and those that turn the
direction of text, are shown, not sent. What is of one line stays in it. Lines are not wrapped, so that what is piped on
is whole.
"""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

ERROR, FAINT, HEAD = "red", "dim", "bold"

_TURNING = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_SEPARATORS = (0x2028, 0x2029)
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A)}
_CONTROL |= {code: f"\\u{code:04x}" for code in (*_TURNING, *_SEPARATORS)}
_ENDS = {0x0A: "\\n"}


class Terminal:
    """`output` for what a run came to, `errors` for what is wrong: the same console, or standard error's."""

    def __init__(self, output: Console, errors: Console | None = None) -> None:
        self.output = output
        self.errors = errors or output

    def line(self, text: str = "", style: str = "", *, error: bool = False) -> None:
        console = self.errors if error else self.output
        console.print(Text(clean(text), style), soft_wrap=True)

    def error(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.line(line, ERROR, error=True)


def clean(text: str) -> str:
    """`text` as it may be sent to a terminal; its lines stay lines."""
    return text.translate(_CONTROL).encode(errors="backslashreplace").decode()


def one_line(text: str) -> str:
    """`text` as a part of a line: it can begin none of its own."""
    return clean(text.translate(_ENDS))
