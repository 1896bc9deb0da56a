"""What the author's commands share: where they print, and how they end.

They end with 0 also when a script says no, with 1 when it fails, with 2 when a file cannot be read. Results go to
standard output, errors and reasons to standard error. Ctrl-C ends them in order, and a second one at once.
"""

import asyncio
import io
import os
import signal
import sys
import threading
from collections.abc import Coroutine
from types import FrameType

import typer
from rich.console import Console

from api.cli import FAILED, INTERRUPTED, USAGE
from engine.devtools.files import FixtureError
from engine.devtools.printing import Terminal
from engine.devtools.sandboxed import NotRunnable
from engine.errors import CannotStart, Unavailable
from engine.scripts import Scripts


def consoles() -> tuple[Console, Console]:
    """Of results, and of errors; neither guesses at what a text might mean."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # what the terminal cannot show is shown as its escape
            stream.reconfigure(errors="backslashreplace")
    return Console(highlight=False), Console(stderr=True, highlight=False)


def terminal() -> Terminal:
    return Terminal(*consoles())


def ended(work: Coroutine[None, None, int]) -> int:
    """The exit code; what the author must put right is said on standard error."""
    try:
        return asyncio.run(_interruptible(work))
    except NotRunnable as error:
        terminal().error(error.lines)
        return FAILED
    except FixtureError as error:
        terminal().error([str(error)])
        return USAGE
    except CannotStart as error:
        terminal().error([str(error)])
        return error.exit_code
    except Unavailable as error:
        terminal().error([str(error)])
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


async def _interruptible(work: Coroutine[None, None, int]) -> int:
    """The first Ctrl-C is asyncio's, which cancels; what then takes long, or waits for a pipe, is left at the next."""
    cancel = signal.getsignal(signal.SIGINT)
    if not callable(cancel) or threading.current_thread() is not threading.main_thread():
        # nobody interrupts who was told to ignore it, nor another thread
        return await work

    def interrupted(number: int, frame: FrameType | None) -> None:
        # the processes of the sandbox end with this one
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
        cancel(number, frame)

    signal.signal(signal.SIGINT, interrupted)
    try:
        return await work
    finally:
        if signal.getsignal(signal.SIGINT) is interrupted:
            signal.signal(signal.SIGINT, cancel)


def confirmed(question: str) -> bool:
    """Ends the command where nobody answers, and at Ctrl-C: while a terminal is waited for, no loop runs to hear it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return typer.confirm(question)
    finally:
        signal.signal(signal.SIGINT, before)


def is_terminal(stream: object) -> bool:
    """Whether a person types there; a process may also be started without its streams."""
    return isinstance(stream, io.TextIOBase) and stream.isatty()


def tell_what_is_missing(scripts: Scripts, shown: Terminal) -> None:
    if scripts.missing_layers:
        missing = ", ".join(sorted(scripts.missing_layers))
        shown.line(f"Note: scripts are not locked down fully here; this system lacks {missing}.", error=True)
