"""`hookcell list`: the integrations of a server."""

import json
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from api.cli_terminal import consoles
from api.logins import UrlOption
from api.server_calls import ended_with_server, server
from engine.devtools.printing import one_line

MOST_OF_CHANNEL = 24


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
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="dim")
    # only a name, and several channels, are of use in parts
    widest = max((len(channel) + 1 for record in found for channel in record.get("channel") or ()), default=0)
    for heading in ("id", "name", "kind", "", "script", "channel", "changed"):
        whole, least = (
            heading not in ("name", "channel"),
            min(widest, MOST_OF_CHANNEL) if heading == "channel" else None,
        )
        table.add_column(heading, overflow="fold", no_wrap=whole, min_width=least)
    for record in found:
        # the words come from a server: nothing in them is markup, or acts on the terminal
        table.add_row(*(Text(one_line(cell)) for cell in _cells(record)))
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
