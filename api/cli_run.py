"""`hookcell run`: one payload through a script, as the server would do it, and nothing is posted or sent."""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from api.cli import FAILED
from api.cli_edges import LiveOption, RecordOption, StoreOption, local_host
from api.cli_terminal import consoles, ended, tell_what_is_missing
from engine.devtools.files import path_of
from engine.devtools.fixtures import Fixture, read_response
from engine.devtools.opening import open_script, read_payload, read_script
from engine.devtools.rendering import Printer
from engine.devtools.runner import Runner
from engine.devtools.sandboxed import local_scripts
from engine.devtools.subjects import Subject
from engine.model.integrations import OUTGOING
from engine.scripts import HOOKS


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The script.", show_default=False)],
    payload: Annotated[
        Path,
        typer.Option(
            metavar="F",
            help="What arrives: the body of the webhook or, for an outgoing script, the event's data.",
            show_default=False,
        ),
    ],
    hook: Annotated[
        str | None, typer.Option(metavar="NAME", help="The hook to run, where the script has several.")
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="K=V", help="A header of the webhook, besides those of the meta. May be repeated."),
    ] = None,
    response: Annotated[
        Path | None,
        typer.Option(
            metavar="F",
            help="What the receiver answers to an outgoing request, in place of the file beside the payload.",
        ),
    ] = None,
    live: LiveOption = False,
    record: RecordOption = False,
    store: StoreOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as one JSON object.")] = False,
) -> None:
    """Run a script's hook once, in the sandbox of the server.

    It shows the message, the request that would be sent or the answer, the log, how much of each limit was used, and
    the steps. Beside the payload its .meta.toml, .response.json and .http.json are read, beside the script its
    integration.toml and secrets.toml.

    Ends with 0 also when the script says no, with 1 when it fails, with 2 where a file cannot be read.
    """
    if hook is not None and hook not in (form.name for form in HOOKS):
        *others, last = (form.name for form in HOOKS)
        raise typer.BadParameter(f"there is no hook {hook}; choose {', '.join(others)} or {last}")
    raise typer.Exit(ended(_run(file, payload, hook, _headers(header), response, live, record, store, as_json)))


async def _run(
    file: Path,
    payload: Path,
    hook: str | None,
    headers: dict[str, str],
    response: Path | None,
    live: bool,
    record: bool,
    store: Path | None,
    as_json: bool,
) -> int:
    source, settings = read_script(file)
    fixture = read_payload(payload)
    if response is not None:
        fixture = replace(fixture, response=read_response(response))
    printer = Printer(*consoles())
    kept = path_of(payload) if record else None
    async with (
        local_scripts() as scripts,
        local_host(file.parent, store=store, live=live, record=kept, shown=printer) as host,
    ):
        tell_what_is_missing(scripts, printer)
        subject = await open_script(scripts, source, file=file, record=settings, hook=hook)
        fixture = _arriving(subject, fixture, headers, response)
        ran = await Runner(scripts, host).run(subject, fixture, hook)
        if as_json:
            shown = ran.to_json(outgoing=subject.integration.type == OUTGOING)
            sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
        else:
            printer.ran(subject, ran, asdict(scripts.limits))
    return FAILED if ran.failure is not None else 0


def _headers(said: list[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in said or ():
        name, mark, value = one.partition("=")
        if not mark or not name.strip():
            raise typer.BadParameter(f"{one!r} is no header; write it as --header X-GitHub-Event=push")
        found[name.strip().lower()] = value.strip()
    return found


def _arriving(subject: Subject, fixture: Fixture, headers: dict[str, str], response: Path | None) -> Fixture:
    """The payload with what was said on the command line."""
    outgoing = subject.integration.type == OUTGOING
    if headers and outgoing:
        raise typer.BadParameter("--header is for webhooks that arrive; this script is outgoing")
    if response is not None and not outgoing:
        raise typer.BadParameter("--response is what a receiver answers; this script is incoming and sends nothing")
    return replace(fixture, meta=replace(fixture.meta, headers={**fixture.meta.headers, **headers}))
