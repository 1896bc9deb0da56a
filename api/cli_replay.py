"""`hookcell replay`: a past run of a server again, here, with a draft."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from api import server_shapes as shapes
from api.cli import FAILED
from api.cli_edges import StoreOption, local_host
from api.cli_terminal import consoles, tell_what_is_missing
from api.logins import UrlOption
from api.server_calls import ended_with_server, server
from engine.devtools.diffing import print_diff, value_diff
from engine.devtools.files import FixtureError
from engine.devtools.integration_file import NAME
from engine.devtools.opening import open_script, read_script
from engine.devtools.past_runs import PastRun, past_run
from engine.devtools.printing import FAINT, HEAD
from engine.devtools.rendering import Printer
from engine.devtools.runner import Runner
from engine.devtools.sandboxed import local_scripts
from engine.devtools.subjects import Subject, integration_of
from engine.model.integrations import OutgoingIntegration
from engine.model.json import JsonObject

SCRIPT = Path("script.py")


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


async def _replay(run: str, script: Path, store: Path | None, url: str | None) -> int:
    source, settings = read_script(script)
    async with server(url) as at:
        record = (await at.get("integrations.run", shapes.PastRun, runId=run))["run"]
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
