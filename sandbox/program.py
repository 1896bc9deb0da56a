"""What is run: a script's code with the hooks it may define. Data only; the sandbox knows nothing of webhooks."""

from dataclasses import dataclass, field

from sandbox.outcome import Diagnostic


@dataclass(frozen=True, slots=True)
class HookForm:
    """A function that a script may define: its canonical name, all spellings of it, its number of arguments."""

    name: str
    names: tuple[str, ...]
    arguments: int


@dataclass(frozen=True, slots=True)
class Compiled:
    """Code made by a compile cell, opaque to everything but a cell; `hooks` are the canonical names it defines."""

    code: bytes
    hooks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The source is not a script: every reason, in the order of the lines."""

    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """One script revision of one owner (an integration). Cells serve one `key` and never another.

    `source` is only read to render tracebacks in the author's lines.
    """

    key: str
    owner: str
    filename: str
    source: str
    code: bytes = field(repr=False)
    hooks: tuple[HookForm, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """Raw bytes that reach an argument unparsed; the cell decodes them once.

    Text goes under the names in `text` (UTF-8, undecodable bytes as surrogate escapes), parsed JSON under those in
    `parsed` (`{}` where it is not valid JSON), both of the first argument.
    """

    raw: bytes
    text: tuple[str, ...] = ()
    parsed: tuple[str, ...] = ()
