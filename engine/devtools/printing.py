"""Prints lines for an author: results to one console, what is wrong to another.

Nothing a payload or a script says can act on the terminal: control characters are shown, not sent. Lines are not
wrapped, so that what is piped on is whole.
"""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

ERROR, FAINT, HEAD = "red", "dim", "bold"

_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A)}


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
    return text.translate(_CONTROL).encode(errors="backslashreplace").decode()
