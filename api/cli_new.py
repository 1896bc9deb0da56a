"""`hookcell new`: a folder to begin with, empty but for what works, or like one of the examples."""

import shlex
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from api.cli import USAGE
from api.cli_terminal import terminal
from engine.devtools.files import FixtureError
from engine.devtools.fixtures import read_example
from engine.devtools.integration_file import NAME, is_outgoing, read_integration
from engine.devtools.making import make, make_like

# in the wheel, and in a checkout
SHELVES = (Path(__file__).parent / "examples", Path(__file__).parent.parent / "examples")


def new(
    folder: Annotated[
        Path, typer.Argument(metavar="NAME", help="The folder to make, which is its name.", show_default=False)
    ],
    incoming: Annotated[bool, typer.Option("--incoming", help="For webhooks that arrive; the default.")] = False,
    outgoing: Annotated[bool, typer.Option("--outgoing", help="For events of the chat that are sent.")] = False,
    example: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="EXAMPLE",
            help="Begin as this example of hookcell; a wrong name lists them.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make the folder of a new integration, which passes `check` and `test` as it is.

    It has script.py, integration.toml (the fields of integrations.create), payloads/ and expected/, a README.md, and a
    .gitignore with secrets.toml. Nothing that is there is written over.

    Ends with 0, or with 2 where the folder is there already, has no fitting name or cannot be written.
    """
    shown = terminal()
    if not folder.name:
        raise typer.BadParameter("name the folder to make, as in: hookcell new github-deploys")
    try:
        if incoming and outgoing:
            raise typer.BadParameter("an integration is --incoming or --outgoing; make two for both")
        if example is None:
            make(folder, "outgoing" if outgoing else "incoming")
        else:
            _make_like(folder, example, incoming, outgoing)
    except FixtureError as error:
        shown.error([str(error)])
        raise typer.Exit(USAGE) from None
    shown.line(f"{folder} is made. Now change {folder / 'script.py'}, and try it:")
    fixtures = read_example(folder).fixtures
    telling = next((each for each in fixtures if each.expected and each.expected.get("messages")), fixtures[0])
    payload = folder / "payloads" / f"{telling.name}.json"
    for command in (["check", folder], ["test", folder], ["run", folder / "script.py", "--payload", payload]):
        shown.line(f"    hookcell {shlex.join(map(str, command))}")


def _make_like(folder: Path, example: str, incoming: bool, outgoing: bool) -> None:
    found = examples()
    if example not in found:
        near = get_close_matches(example, found, 1)
        hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(found)}."
        raise typer.BadParameter(f"there is no example {example}. {hint}")
    sends = is_outgoing(read_integration(found[example] / NAME))
    if (incoming and sends) or (outgoing and not sends):
        raise typer.BadParameter(f"the example {example} is {'outgoing' if sends else 'incoming'}")
    make_like(folder, found[example])


def examples() -> dict[str, Path]:
    """Those that came with hookcell, by their names."""
    shelf = next((shelf for shelf in SHELVES if shelf.is_dir()), SHELVES[0])
    return {file.parent.name: file.parent for file in sorted(shelf.glob(f"*/{NAME}"))}
