"""`hookcell repl`: Python on top of a script, in the sandbox."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli_edges import LiveOption, RecordOption, StoreOption, local_host
from api.cli_terminal import consoles, ended, is_terminal, tell_what_is_missing
from engine.devtools.files import path_of
from engine.devtools.printing import FAINT
from engine.devtools.rendering import Printer
from engine.devtools.repl import Repl, interact, read_through
from engine.devtools.runner import Runner
from engine.devtools.sandboxed import local_scripts


def repl(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The script.", show_default=False)] = None,
    payload: Annotated[Path | None, typer.Option(metavar="FILE", help="What `request` is made of.")] = None,
    live: LiveOption = False,
    record: RecordOption = False,
    store: StoreOption = None,
) -> None:
    """Type Python and see what it gives, in the sandbox of the server, on top of a script; :help lists the commands.

    Lines may also be piped in. Ends with 0 whatever was typed, with 1 where the script cannot be loaded, with 2 where a
    file cannot be read.
    """
    if record and payload is None:
        raise typer.BadParameter("--record writes beside the payload; name it with --payload")
    raise typer.Exit(ended(_repl(file, payload, live, record, store)))


async def _repl(file: Path | None, payload: Path | None, live: bool, record: bool, store: Path | None) -> int:
    printer = Printer(*consoles())
    folder = (file or Path("script.py")).parent
    kept = path_of(payload) if record and payload is not None else None
    async with (
        local_scripts() as scripts,
        local_host(folder, store=store, live=live, record=kept, shown=printer) as host,
    ):
        tell_what_is_missing(scripts, printer)
        session = Repl(Runner(scripts, host), Printer(printer.output), file)
        await session.start(payload)
        if is_terminal(sys.stdin):
            printer.line("Python in the sandbox; :help lists the commands, Ctrl-D ends.", FAINT)
            await interact(session)
        elif sys.stdin is not None:
            await read_through(session, sys.stdin)
    return 0
