"""`hookcell logs` and `hookcell replay`: what a server's integration did, and a past run again, here, with a draft."""

import asyncio
import json
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from api.cli import FAILED
from api.cli_edges import StoreOption, local_host
from api.cli_terminal import consoles, tell_what_is_missing, terminal
from api.logins import UrlOption
from api.server_calls import Server, ended_with_server, server
from engine.devtools.diffing import print_diff, value_diff
from engine.devtools.files import FixtureError
from engine.devtools.integration_file import NAME, read_integration
from engine.devtools.opening import open_script, read_script
from engine.devtools.past_runs import PastRun, past_run
from engine.devtools.printing import FAINT, HEAD, Terminal
from engine.devtools.rendering import Printer
from engine.devtools.run_log import is_told, print_run
from engine.devtools.runner import Runner
from engine.devtools.sandboxed import local_scripts
from engine.devtools.subjects import Subject, integration_of
from engine.http import RequestFailed
from engine.model.integrations import OutgoingIntegration
from engine.model.json import JsonObject

SECONDS = 1.0
MAX_SECONDS = 30.0
# of runs that were shown while following
MAX_REMEMBERED = 1_000
SCRIPT = Path("script.py")


def logs(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Id or name. [default: the folder's own]", show_default=False),
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what happens, until Ctrl-C.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many, the newest.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, with everything.")] = False,
    url: UrlOption = None,
) -> None:
    """Show what an integration did, run by run.

    Each with its steps, its log and its error, the newest last; Ctrl-C ends --follow.

    Ends with 0 also then, with 1 where the server says no.
    """
    raise typer.Exit(ended_with_server(_logs(name, follow, limit, as_json, url)))


def replay(
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="Its id: X-Hookcell-Run of an answer, or from `logs`.", show_default=False),
    ],
    script: Annotated[Path, typer.Option("--script", metavar="FILE", help="The draft.")] = SCRIPT,
    store: StoreOption = None,
    url: UrlOption = None,
) -> None:
    """Run a past run of a server again, here, with a draft; shows what would be other. Nothing is posted or sent.

    The draft gets what arrived then, at the time of then; its http calls are answered as they were. The settings are
    those of integration.toml beside the draft, else those of then. Ends with 1 where the draft fails.
    """
    raise typer.Exit(ended_with_server(_replay(run, script, store, url)))


async def _logs(name: str | None, follow: bool, limit: int, as_json: bool, url: str | None) -> int:
    shown = terminal()
    async with server(url) as at:
        record = await at.find(name or _own())
        seen: OrderedDict[str, str] = OrderedDict()
        for run in await _newest(at, record, limit):
            _show(shown, run, seen, as_json)
        if not seen and not follow:
            shown.line(f"{record['name']} ({record['_id']}) has not run, or its history keeps nothing.", error=True)
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
            runs = await _newest(at, record, 100)
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
    answer = await at.get("integrations.history", id=str(record["_id"]), count=str(count))
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


async def _replay(run: str, script: Path, store: Path | None, url: str | None) -> int:
    source, settings = read_script(script)
    async with server(url) as at:
        record = (await at.get("integrations.run", runId=run))["run"]
    past = past_run(record)
    printer = Printer(*consoles())
    async with (
        local_scripts() as scripts,
        local_host(script.parent, store=store, live=False, record=None, shown=printer) as host,
    ):
        tell_what_is_missing(scripts, printer)
        kind = {"type": past.integration.type}
        subject = await open_script(scripts, source, file=script, record=settings or dict(kind))
        subject = _standing_in(subject, past, settings, script.with_name(NAME))
        ran = await Runner(scripts, host).run(subject, past.fixture)
    printer.line(f"What happened on {past.fixture.meta.now:%Y-%m-%d %H:%M:%S} UTC ({past.id}), with this draft:", HEAD)
    for note in past.notes:
        printer.line(f"Note: {note}.", "yellow")
    printer.ran(subject, ran)
    happened, would = past.differences(ran)
    changes = value_diff(happened, would)
    printer.line()
    printer.line("It would do what it did." if not changes else "What is other than it was:", HEAD)
    print_diff(printer, changes)
    printer.line("Nothing was posted and nothing was sent.", FAINT)
    return FAILED if ran.failure is not None else 0


def _standing_in(subject: Subject, past: PastRun, settings: JsonObject | None, file: Path) -> Subject:
    """The draft in the place of the integration that ran, with its own settings where it has some."""
    then = past.integration
    if settings is None:
        return replace(subject, integration=then, configured=True)
    draft = integration_of(settings, file)
    if draft.type != then.type:
        raise FixtureError(file, f"is {draft.type}, but {past.id} is a run of {then.name}, {then.type}")
    same: dict[str, object] = {"id": then.id, "user_id": then.user_id}
    if isinstance(draft, OutgoingIntegration) and isinstance(then, OutgoingIntegration):
        # the delivery's own url, unless the draft has it no more
        same |= {"urls": then.urls[:1]} if then.urls[0] in draft.urls else {}
    else:
        same |= {"token": getattr(then, "token", "")}
    return replace(subject, integration=draft.model_copy(update=same), configured=True)
