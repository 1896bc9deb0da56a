"""What became of a script: the closed union every caller matches on.

    Outcome
    ├── Completed       the hook returned a JSON value
    ├── Raised          the script raised, or returned what is not a JSON value: the author's traceback; or it was
    │                   not begun, as its arguments are none (`BadArguments`)
    ├── TimedOut        CPU, wall or overall time was used up
    ├── OutOfMemory     the memory limit was met
    ├── OutputTooLarge  the result is larger, deeper or has more nodes than allowed
    ├── Crashed         the cell died (a signal, a refused system call, a broken frame)
    └── NotRun          nothing was run: busy or stopping

Outcomes describe scripts; exceptions are for defects of ours. `no_json`: why the body, which the cell was to parse as
JSON, is none, and the hook had `{}` for it; None where it is, or nobody said.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

JsonValue: TypeAlias = "None | bool | int | float | str | list[JsonValue] | dict[str, JsonValue]"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing wrong with a script's source. Lines and columns start at 1; the end is exclusive in its column."""

    line: int
    column: int
    end_line: int
    end_column: int
    rule: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line a script wrote; `level` is `print`, `debug`, `info`, `warning` or `error`."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a call cost. `peak_memory` is bytes over the start of the call; None where it cannot be read, never a guess.

    The figures are the cell's word, except for a killed call, where the parent read the clock: shown, not billed.
    """

    wall_us: int
    cpu_us: int
    peak_memory: int | None
    output_bytes: int


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One line of the author's script on the way to an error: where, in which function."""

    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Completed:
    value: JsonValue
    receipt: Receipt
    log: tuple[LogLine, ...] = ()
    no_json: str | None = None
    # The hook changed its arguments in place and returned nothing: nearly always a forgotten `return`.
    forgot_return: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """`traceback` is text in the author's own lines, ready to be shown to whoever may see the script."""

    exception: str
    message: str
    line: int | None
    trace: tuple[TraceLine, ...]
    traceback: str
    receipt: Receipt
    log: tuple[LogLine, ...] = ()
    no_json: str | None = None


@dataclass(frozen=True, slots=True)
class TimedOut:
    """`clock` says which limit: `cpu`, `wall` or `overall`; `line` is where the script was, when known."""

    clock: Literal["cpu", "wall", "overall"]
    limit_seconds: float
    line: int | None
    receipt: Receipt
    log: tuple[LogLine, ...] = ()
    no_json: str | None = None


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    limit_bytes: int
    line: int | None
    receipt: Receipt
    log: tuple[LogLine, ...] = ()
    no_json: str | None = None


@dataclass(frozen=True, slots=True)
class OutputTooLarge:
    """`message` says which cap was met and where."""

    message: str
    receipt: Receipt
    log: tuple[LogLine, ...] = ()
    no_json: str | None = None


@dataclass(frozen=True, slots=True)
class Crashed:
    """`message` says how the cell died, in words: `killed by signal 31 (a system call that is not allowed)`.

    `own_doing`: by what ran in it, and not from outside, with its zygote, or for what it sent.
    """

    message: str
    receipt: Receipt
    log: tuple[LogLine, ...] = ()
    own_doing: bool = False


@dataclass(frozen=True, slots=True)
class NotRun:
    """Nothing was run, so running it later is safe: no cell was free in time, or the pool is stopping."""

    reason: Literal["busy", "stopping"]


Outcome: TypeAlias = Completed | Raised | TimedOut | OutOfMemory | OutputTooLarge | Crashed | NotRun
