"""`hookcell check`: what is wrong with scripts, before anything calls them."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli import FAILED, USAGE
from api.cli_terminal import ended, tell_what_is_missing, terminal
from engine.devtools.checking import check_all, scripts_under
from engine.devtools.files import FixtureError
from engine.devtools.findings import as_github, as_json, as_text, json_list
from engine.devtools.sandboxed import local_scripts
from engine.model.json import JsonObject


class Form(StrEnum):
    text = "text"
    json = "json"
    github = "github"


def check(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|DIR...",
            help="Scripts; of a folder every script.py in it or, where it has none, every .py.",
            show_default=False,
        ),
    ],
    form: Annotated[
        Form,
        typer.Option("--format", help="For people, for programs, or for a GitHub workflow, which shows it in place."),
    ] = Form.text,
) -> None:
    """Find what is wrong with scripts, and say what to write instead; nothing of them is called.

    Besides what does not compile or load: a hook that is missing, misspelt or in the wrong place, a key that `request`
    or `response` never has, a changed request that is not returned, a result that nothing would be posted of.

    Ends with 0 where nothing was found, with 1 where something was, with 2 where a file cannot be read.
    """
    raise typer.Exit(ended(_check(paths, form)))


async def _check(paths: list[Path], form: Form) -> int:
    files = scripts_under(paths)
    shown = terminal()
    found: list[JsonObject] = []
    unreadable = 0
    async with local_scripts() as scripts:
        tell_what_is_missing(scripts, shown)
        async for checked in check_all(scripts, files):
            if isinstance(checked, FixtureError):
                shown.error([str(checked)])
                unreadable += 1
                continue
            found += as_json(checked)
            if form is Form.text:
                for line in as_text(checked):
                    shown.line(line)
            elif form is Form.github:
                for line in as_github(checked):
                    shown.line(line)
    if form is Form.json:
        sys.stdout.write(json_list(found) + "\n")
    elif form is Form.text and len(files) > unreadable:
        shown.line(_summary(len(files) - unreadable, len(found)), "red" if found else "green")
    return USAGE if unreadable else FAILED if found else 0


def _summary(files: int, findings: int) -> str:
    scripts = "1 script" if files == 1 else f"{files:,} scripts"
    if not findings:
        return f"{scripts}: nothing found."
    return f"{scripts}: {'1 finding' if findings == 1 else f'{findings:,} findings'}."
