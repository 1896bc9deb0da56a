"""`hookcell list`: the integrations of a server."""

import json
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from api.cli_terminal import consoles
from api.logins import UrlOption
from api.server_calls import ended_with_server, server
from engine.devtools.printing import one_line

HEADINGS = ("id", "name", "kind", "", "script", "channel", "changed")
# how much of these stays in one line
FOLDED = {"name": 8, "channel": 24}


def listed(
    name: Annotated[str, typer.Argument(metavar="TEXT", help="Only those with this in their name.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: UrlOption = None,
) -> None:
    """Show the integrations of a server that you may manage."""
    raise typer.Exit(ended_with_server(_list(name, as_json, url)))


async def _list(name: str, as_json: bool, url: str | None) -> int:
    async with server(url) as at:
        found = await at.integrations(**({"name": name} if name else {}))
    output, _ = consoles()
    if as_json:
        for record in found:
            typer.echo(json.dumps({key: value for key, value in record.items() if key not in ("script", "token")}))
        return 0
    # the words come from a server: nothing in them is markup, or acts on the terminal
    rows = [tuple(one_line(cell) for cell in _cells(record)) for record in found]
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="dim")
    least = len(HEADINGS) - 1
    for heading, *cells in zip(HEADINGS, *rows, strict=True):
        # only a name, and several channels, are of use in parts
        most = FOLDED.get(heading)
        parts = [part for cell in cells for part in (cell.split() if heading == "channel" else [cell])]
        width = max(map(cell_len, [heading, *parts]))
        width = width if most is None else min(width, most)
        table.add_column(heading, overflow="fold", no_wrap=most is None, min_width=width)
        least += width
    for row in rows:
        table.add_row(*map(Text, row))
    # a terminal that is narrower breaks the lines, and nothing is left out
    output.width = max(output.width, least)
    if found:
        output.print(table, crop=False)
    else:
        typer.echo("There are none.")
    return 0


def _cells(record: dict[str, Any]) -> tuple[str, ...]:
    script = "broken" if "scriptError" in record else "on" if record.get("scriptEnabled") else "off"
    state = "enabled" if record.get("enabled") else "disabled"
    kind = str(record["type"]).removeprefix("webhook-")
    channel = ", ".join(record["channel"])
    changed = str(record["_updatedAt"])[:16].replace("T", " ")
    return str(record["_id"]), str(record["name"]), kind, state, script, channel, changed
