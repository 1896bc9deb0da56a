"""`hookcell list`: the integrations of a server."""

import json
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from api.cli_terminal import consoles
from api.logins import UrlOption
from api.server_calls import ended_with_server, server


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
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("id", "name", "kind", "", "script", "channel", "changed"):
        # an id and a date are of use as a whole
        table.add_column(heading, overflow="fold", no_wrap=heading in ("id", "changed"))
    for record in found:
        # the words come from a server: nothing in them is markup
        table.add_row(*(Text(cell) for cell in _cells(record)))
    if found:
        output.print(table)
    else:
        typer.echo("There are none.")
    return 0


def _cells(record: dict[str, Any]) -> tuple[str, ...]:
    script = "broken" if "scriptError" in record else "on" if record.get("scriptEnabled") else "off"
    state = "enabled" if record.get("enabled") else "disabled"
    kind = str(record["type"]).removeprefix("webhook-")
    channel = ", ".join(record.get("channel") or ())
    changed = str(record.get("_updatedAt", ""))[:16].replace("T", " ")
    return str(record["_id"]), str(record["name"]), kind, state, script, channel, changed
