"""`hookcell stubs`: types of what scripts meet, for editors and type checkers."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli import USAGE
from api.cli_terminal import terminal
from engine.devtools.files import FixtureError
from engine.devtools.stubs import write_stubs


def stubs(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to write them, as in typings.", show_default=False)
    ],
) -> None:
    """Write types for editors and type checkers: of what hooks are given and return, and of the host's services.

    They are the package `hookcell` below DIR. pyright takes them from a folder `typings` by itself; mypy with
    MYPYPATH=DIR. In a script, the types of hooks are imported under `if TYPE_CHECKING:` from hookcell.types.

    Ends with 0, or with 2 where DIR cannot be written or has a package `hookcell` of its own.
    """
    shown = terminal()
    try:
        written = write_stubs(folder)
    except FixtureError as error:
        shown.error([str(error)])
        raise typer.Exit(USAGE) from None
    for file in written:
        shown.line(str(file))
