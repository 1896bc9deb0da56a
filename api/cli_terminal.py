"""What the author's commands share: where they print, and how they end.

They end with 0 also when a script says no, with 1 when it fails, with 2 when a file cannot be read. Results go to
standard output, errors and reasons to standard error.
"""

import asyncio
import io
import sys
from collections.abc import Coroutine

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
        return asyncio.run(work)
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


def tell_what_is_missing(scripts: Scripts, shown: Terminal) -> None:
    if scripts.missing_layers:
        missing = ", ".join(sorted(scripts.missing_layers))
        shown.line(f"Note: scripts are not locked down fully here; this system lacks {missing}.", error=True)
