"""`hookcell explain`: which integrations of a server would hear an event, and which rule stops each of the others."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from api import server_shapes as shapes
from api.logins import UrlOption
from api.server_calls import Server, with_server
from engine.devtools.printing import one_line

PAGE = 100
# it goes into an address, where a byte may take three
MAX_EVENT = 16 * 1024
MAX_FILE = 1024 * 1024


def explain(
    file: Annotated[
        Path, typer.Argument(metavar="EVENT.json", help="The event, as integrations.emit takes it.", show_default=False)
    ],
    name: Annotated[
        str, typer.Option(metavar="TEXT", help="Only integrations with this in their name.", show_default=False)
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = PAGE,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: UrlOption = None,
) -> None:
    """Say for every outgoing integration which rule let it hear an event, or stopped it; nothing is sent."""
    event = _read(file)

    async def ask(at: Server) -> tuple[list[dict[str, Any]], int]:
        found: list[dict[str, Any]] = []
        while True:
            count, offset = min(PAGE, limit - len(found)), str(len(found))
            path = "integrations.explain"
            answer = await at.get(path, shapes.Explained, event=event, name=name, count=str(count), offset=offset)
            found += answer["integrations"]
            if len(found) >= limit or not answer["integrations"]:
                return found, answer["total"]

    found, total = with_server(url, ask)
    if as_json:
        for each in found:
            typer.echo(json.dumps(each))
        return
    output = Console(highlight=False)
    for each in found:
        _show(output, each)
    firing = sum(each["fires"] for each in found)
    if total > len(found):
        output.print(f"{firing} of the first {len(found)} would be told; there are {total}, and --limit shows more.")
    else:
        output.print(f"{firing} of {total} would be told.")


def _read(file: Path) -> str:
    try:
        with file.open("rb") as source:
            content = source.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise ValueError(f"it has more than {MAX_FILE:,} bytes")
        event = json.dumps(json.loads(content), ensure_ascii=False, separators=(",", ":"))
        size = len(event.encode())
    except (OSError, ValueError, RecursionError) as error:
        raise typer.BadParameter(f"{file} is no event in JSON: {error}") from None
    if size > MAX_EVENT:
        raise typer.BadParameter(f"{file} has {size} bytes, and may have {MAX_EVENT}: shorten the text of the message")
    return event


def _show(output: Console, explained: dict[str, Any]) -> None:
    """All rules that stop it, or what let it through; the words come from a server, so nothing in them acts."""
    fires = explained["fires"]
    line = Text("fires  " if fires else "no     ", style="green" if fires else "dim")
    line.append(one_line(f"{explained['name']} ({explained['_id']})"), style="bold")
    output.print(line)
    for rule in explained["rules"]:
        if fires or not rule["passed"]:
            output.print(Text(one_line(f"       {rule['rule']}: {rule['because']}")))
