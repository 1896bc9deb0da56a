"""`hookcell logs`: what a server's integration did, also as it happens."""

import asyncio
import json
from collections import OrderedDict
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from api import server_shapes as shapes
from api.cli_terminal import terminal
from api.logins import UrlOption
from api.server_calls import Server, ended_with_server, named, server
from engine.devtools.files import FixtureError
from engine.devtools.integration_file import NAME, read_integration
from engine.devtools.printing import Terminal
from engine.devtools.run_log import is_told, print_run
from engine.http import RequestFailed
from engine.model.json import JsonObject

SECONDS = 1.0
MAX_SECONDS = 30.0
# of what one answer holds
MOST = 100
# of runs that were shown while following
MAX_REMEMBERED = 1_000


def logs(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Id or name. [default: the folder's own]", show_default=False),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what happens, until Ctrl-C.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="At most so many, the newest.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, with everything.")] = False,
    url: UrlOption = None,
) -> None:
    """Show what an integration did, run by run.

    Each with its steps, its log and its error, the newest last; Ctrl-C ends --follow.

    Ends with 0 also then, with 1 where the server says no.
    """
    raise typer.Exit(ended_with_server(_logs(name, follow, limit, as_json, url)))


async def _logs(name: str | None, follow: bool, limit: int, as_json: bool, url: str | None) -> int:
    shown = terminal()
    async with server(url) as at:
        record = await at.find(name or _own())
        seen: OrderedDict[str, str] = OrderedDict()
        runs = await _newest(at, record, MOST if follow else limit)
        # what came before them is not new when it is seen again
        seen.update({str(run["_id"]): str(run["_updatedAt"]) for run in runs[:-limit] if is_told(run)})
        for run in runs[-limit:]:
            _show(shown, run, seen, as_json)
        if not seen and not follow:
            shown.line(f"{named(record)} has not run, or its history keeps nothing.", error=True)
        if follow:
            # Ctrl-C is how it ends
            try:
                await _follow(at, record, shown, seen, as_json)
            except asyncio.CancelledError:
                return 0
    return 0


async def _follow(
    at: Server, record: dict[str, Any], shown: Terminal, seen: OrderedDict[str, str], as_json: bool
) -> None:
    wait = SECONDS
    while True:
        await asyncio.sleep(wait)
        try:
            runs = await _newest(at, record, MOST)
        except RequestFailed as error:
            if error.status is not None and error.status < 500 and error.status != 429:
                raise
            if wait == SECONDS:
                shown.line(f"{error} It is asked again.", "yellow", error=True)
            wait = min(wait * 2, MAX_SECONDS)
            continue
        wait = SECONDS
        for run in runs:
            _show(shown, run, seen, as_json)


async def _newest(at: Server, record: dict[str, Any], count: int) -> list[JsonObject]:
    """The newest last."""
    answer = await at.get("integrations.history", shapes.History, id=str(record["_id"]), count=str(count))
    return cast(list[JsonObject], answer["history"])[::-1]


def _show(shown: Terminal, run: JsonObject, seen: OrderedDict[str, str], as_json: bool) -> None:
    """What is new, or has changed since it was shown."""
    id, changed = str(run["_id"]), str(run["_updatedAt"])
    if not is_told(run) or seen.get(id) == changed:
        return
    seen[id] = changed
    seen.move_to_end(id)
    if len(seen) > MAX_REMEMBERED:
        seen.popitem(last=False)
    if as_json:
        typer.echo(json.dumps(run))
    else:
        print_run(shown, run)


def _own() -> str:
    """Which integration the folder is."""
    file = Path(NAME)
    id = read_integration(file).get("_id") if file.exists() else None
    if not isinstance(id, str):
        raise FixtureError(file, "says no _id; name the integration, as in: hookcell logs deploys")
    return id
