"""The commands of the `hookcell` command line that run scripts: no server, no database."""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.cli import FAILED
from api.cli_terminal import consoles, ended, tell_what_is_missing
from engine.devtools.local_secrets import read_secrets
from engine.devtools.local_services import LocalHost, read_store
from engine.devtools.opening import local_scripts, open_script, read_payload, read_script
from engine.devtools.recordings import recording_of, write_recording
from engine.devtools.rendering import Printer
from engine.devtools.repl import Repl, interact, read_through
from engine.devtools.runner import Runner
from engine.http import SETTING, EgressPolicy, GuardedClient
from engine.services.scratch import ScratchValues

LiveOption = Annotated[
    bool, typer.Option("--live", help="Let http go out, and record it beside the payload; else the recording answers.")
]
StoreOption = Annotated[
    Path | None, typer.Option("--store", metavar="FILE", help="What the store begins with: a JSON object by key.")
]


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The script.", show_default=False)],
    payload: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="What arrives: the body of the webhook or, for an outgoing script, the event's data.",
            show_default=False,
        ),
    ],
    hook: Annotated[
        str | None, typer.Option(metavar="NAME", help="The hook to run, where the script has several.")
    ] = None,
    live: LiveOption = False,
    store: StoreOption = None,
) -> None:
    """Run a script's hook once, in the sandbox of the server: the result, the log, what it cost."""
    raise typer.Exit(ended(_run(file, payload, hook, live, store)))


def repl(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The script.", show_default=False)] = None,
    payload: Annotated[Path | None, typer.Option(metavar="FILE", help="What `request` is made of.")] = None,
    live: LiveOption = False,
    store: StoreOption = None,
) -> None:
    """Type Python and see what it gives, in the sandbox of the server, on top of a script; :help lists the commands."""
    raise typer.Exit(ended(_repl(file, payload, live, store)))


async def _run(file: Path, payload: Path, hook: str | None, live: bool, store: Path | None) -> int:
    source, record = read_script(file)
    fixture = read_payload(payload)
    printer = _printer()
    async with local_scripts() as scripts, _host(file, store, payload if live else None, live, printer) as host:
        tell_what_is_missing(scripts, printer)
        subject = await open_script(scripts, source, file=file, record=record, hook=hook)
        ran = await Runner(scripts, host).run(subject, fixture, hook)
        printer.ran(subject, ran)
    return FAILED if ran.failure is not None else 0


async def _repl(file: Path | None, payload: Path | None, live: bool, store: Path | None) -> int:
    printer = _printer()
    terminal = sys.stdin.isatty()
    async with local_scripts() as scripts, _host(file, store, payload, live, printer) as host:
        tell_what_is_missing(scripts, printer)
        session = Repl(Runner(scripts, host), Printer(printer.output), file)
        await session.start(payload)
        if terminal:
            printer.line("Python in the sandbox; :help lists the commands, Ctrl-D ends.", "dim")
            await interact(session)
        else:
            await read_through(session, sys.stdin)
    return 0


@asynccontextmanager
async def _host(
    file: Path | None, store: Path | None, payload: Path | None, live: bool, printer: Printer
) -> AsyncGenerator[LocalHost]:
    """Raises FixtureError. With `live`, what was called is written beside the payload in the end."""
    secrets = read_secrets((file or Path("script.py")).parent)
    values = ScratchValues() if store is None else read_store(store)
    if not live:
        yield LocalHost(secrets, values)
        return
    host = LocalHost(secrets, values, GuardedClient(EgressPolicy.parse(os.environ.get(SETTING, ""))))
    try:
        yield host
    finally:
        assert host.client is not None
        await host.client.close()
    if host.recorded and payload is not None:
        recording = recording_of(payload)
        write_recording(recording, host.recorded)
        printer.line(f"What was called is recorded in {recording}.", "dim")


def _printer() -> Printer:
    return Printer(*consoles())
