"""What belongs to the running call: one at a time in a process, so it lives in this module and nowhere else."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.limits import Limits


class ServiceRefused(Exception):
    """The host's answer to something that it does not do: `kind` names the exception that a script sees.

    `fields` are the attributes of that exception. Nothing that a script may see is of this class.
    """

    def __init__(self, kind: str, message: str, fields: dict[str, Any]) -> None:
        super().__init__(message)
        self.kind = kind
        self.fields = fields


@dataclass(slots=True, eq=False)
class CallState:
    """Where `print` goes, what time it is, whom to ask, and how much.

    `write_log` gets the exact text that print would have written to a file, or with a second argument a line of that
    level. `now` freezes the clock at a time in seconds since the epoch; None reads the machine's. `ask(service, verb,
    arguments)` blocks until the host answers with a JSON value, and raises ServiceRefused; it is asked only while
    `in_hook`.
    """

    write_log: Callable[..., object]
    now: float | None = None
    ask: Callable[[str, str, dict[str, Any]], Any] | None = None
    limits: Limits = field(default_factory=Limits)
    in_hook: bool = False
    # Names of the library's modules that this call has imported: their own state is made anew at the first import.
    imported: set[str] = field(default_factory=set)


def _nowhere(text: str, level: str = "print") -> None:
    """What a leftover of a call prints after its end."""


IDLE = CallState(_nowhere)
call: CallState = IDLE


def now() -> float:
    frozen = call.now
    return time.time() if frozen is None else frozen
