"""Where the services of a script that an author runs reach: recordings, or the network; a scratch store."""

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from engine.devtools.files import FixtureError
from engine.devtools.local_secrets import read_secrets
from engine.devtools.local_services import LocalHost, read_store
from engine.devtools.printing import FAINT, Terminal
from engine.devtools.recordings import (
    MAX_EXCHANGES,
    Exchange,
    read_recording,
    recorded_anew,
    recording_of,
    write_recording,
)
from engine.http import SETTING, EgressPolicy, GuardedClient, HttpError
from engine.services.scratch import ScratchValues

LiveOption = Annotated[bool, typer.Option("--live", help="Let http go out; else the recording answers.")]
RecordOption = Annotated[
    bool, typer.Option("--record", help="Let http go out, and write what it answered beside the payload.")
]
StoreOption = Annotated[
    Path | None, typer.Option("--store", metavar="FILE", help="What the store begins with: a JSON object by key.")
]


@asynccontextmanager
async def local_host(
    folder: Path, *, store: Path | None, live: bool, record: Path | None, shown: Terminal
) -> AsyncGenerator[LocalHost]:
    """Secrets are those of `folder`. With `record`, a payload, what was called is written beside it in the end.

    Raises FixtureError.
    """
    secrets = read_secrets(folder)
    values = ScratchValues() if store is None else read_store(store)
    if not live and record is None:
        yield LocalHost(secrets, values)
        return
    client = GuardedClient(EgressPolicy.parse(os.environ.get(SETTING, "")))
    host = LocalHost(secrets, values, client)
    try:
        yield host
    finally:
        await client.close()
    if host.recorded and record is not None:
        _record(recording_of(record), host.recorded, shown)


def _record(file: Path, called: Sequence[Exchange], shown: Terminal) -> None:
    before = read_recording(file) if file.exists() else ()
    exchanges, lost = recorded_anew(before, called)
    for each in lost:
        why = each.reply.kind if isinstance(each.reply, HttpError) else ""
        shown.line(f"Not recorded: {each.method} {each.url} had no answer ({why}).", "yellow", error=True)
    if len(exchanges) > MAX_EXCHANGES:
        raise FixtureError(file, f"would have more than {MAX_EXCHANGES:,} calls; remove it to record anew")
    if exchanges:
        write_recording(file, exchanges)
        kept = "; what was there and had no new answer is kept" if lost and before else ""
        shown.line(f"What was called is recorded in {file}{kept}.", FAINT, error=True)
