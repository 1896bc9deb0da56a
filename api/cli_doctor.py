"""`hookcell doctor`: what locks scripts down on this system, tried in real cells, and what to do where it does not.

Ends with 0 where hookcell serves with all it needs, else with 1.
"""

import asyncio

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.devtools.opening import local_scripts
from engine.doctor import Layer, System, examine, is_fit, this_system, unsupported
from engine.errors import CannotStart
from engine.scripts import Tried

UNFIT = 1


def doctor() -> None:
    """Try the sandbox on this system, layer by layer, and say what is missing and what to do."""
    system = this_system()
    console = Console(highlight=False)
    if system.platform != "linux":
        console.print(Text(unsupported(system) or ""))
        raise typer.Exit(UNFIT)
    try:
        layers, tried = asyncio.run(_examined(system))
    except CannotStart as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNFIT) from None
    raise typer.Exit(tell(console, system, layers, tried))


async def _examined(system: System) -> tuple[tuple[Layer, ...], tuple[Tried, ...]]:
    async with local_scripts() as scripts:
        return examine(scripts.layers, system), await scripts.self_test()


def tell(console: Console, system: System, layers: tuple[Layer, ...], tried: tuple[Tried, ...]) -> int:
    """Prints both tables and the verdict; the exit code."""
    console.print(Text(f"Linux {system.kernel} on {system.machine}, {'as root' if system.root else 'not as root'}"))
    shown = _table("layer", "", "keeps scripts from")
    for layer in layers:
        state = "in force" if layer.in_force else "MISSING" if layer.needed else "not here"
        shown.add_row(Text(layer.name), _colored(state, layer.in_force, layer.needed), Text(layer.does))
    console.print(shown)
    shown = _table("tried in a cell", "", "what came of it")
    for one in tried:
        shown.add_row(Text(one.name), _colored("held" if one.held else "NOT HELD", one.held, True), Text(one.how))
    console.print(shown)
    for layer in layers:
        if layer.advice:
            console.print(Text(f"{layer.name}: {layer.advice}"))
    if is_fit(layers, tried):
        console.print(Text("Scripts are locked down here.", "green"))
        return 0
    console.print(Text("Scripts are not locked down here: hookcell serve refuses to start.", "bold red"))
    return UNFIT


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _colored(state: str, good: bool, needed: bool) -> Text:
    return Text(state, "green" if good else "bold red" if needed else "yellow")
