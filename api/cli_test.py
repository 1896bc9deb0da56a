"""`hookcell test`: every payload of a folder's integrations against what is expected of it."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli import FAILED
from api.cli_terminal import ended, tell_what_is_missing, terminal
from engine.devtools.files import FixtureError, path_of
from engine.devtools.junit import write_junit
from engine.devtools.printing import FAINT, Terminal
from engine.devtools.sandboxed import local_scripts
from engine.devtools.suite import Tried, folders_under, lines_of, report, run_folders
from engine.devtools.watching import look, next_change, touched
from engine.scripts import Scripts

STYLES = {"passed": FAINT, "written": "yellow"}


def test(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="An integration's folder, or one that has several.", show_default="."),
    ] = Path(),
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and run again what is changed.")] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Write expected/ anew where it does not hold, with the keys it names.")
    ] = False,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the results as JUnit's XML.", show_default=False)
    ] = None,
) -> None:
    """Run every payload of payloads/ in the sandbox and compare what comes of it with expected/.

    What scripts ask of http is answered from recordings, the store is empty, secrets are those of the payload's meta,
    of HOOKCELL_SECRET_<NAME> and of secrets.toml. The clock stands still, at the meta's `now` or on 1 January 2026.

    Ends with 0 where everything passed or was written, with 1 where something did not, with 2 where there is nothing to
    run.
    """
    raise typer.Exit(ended(_test(folder, watch, update, junit)))


async def _test(folder: Path, watch: bool, update: bool, junit: Path | None) -> int:
    folder = path_of(folder)
    folders = folders_under(folder)
    shown = terminal()
    async with local_scripts() as scripts:
        tell_what_is_missing(scripts, shown)
        seen = look(folder)
        tried = await _run(scripts, folders, shown, update=update)
        if junit is not None:
            write_junit(junit, tried)
        while watch:
            shown.line("Waiting for changes; Ctrl-C ends.", FAINT, error=True)
            now = await next_change(seen, folder)
            try:
                changed = touched(seen, now, folders_under(folder))
            except FixtureError as error:
                # it may be there again with the next change
                shown.error([str(error)])
                changed = []
            if changed:
                shown.line()
                tried = await _run(scripts, changed, shown, update=False)
            seen = now
    return 0 if all(one.good for one in tried) else FAILED


async def _run(scripts: Scripts, folders: Sequence[Path], shown: Terminal, *, update: bool) -> list[Tried]:
    began = time.monotonic()
    tried: list[Tried] = []
    async for one in run_folders(scripts, folders, update=update):
        tried.append(one)
        for number, line in enumerate(lines_of(one)):
            shown.line(line, STYLES.get(one.state, "red" if number == 0 else ""))
    good = all(one.good for one in tried)
    shown.line(report(tried, time.monotonic() - began), "green" if good else "red")
    return tried
