"""`hookcell push` and `pull`: a script's folder and the integration of a server that it is.

Nothing is written over that somebody else changed since both were the same, here or there, without --force.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from api import server_shapes as shapes
from api.cli import FAILED
from api.cli_terminal import confirmed, tell_what_is_missing, terminal
from api.logins import UrlOption
from api.server_calls import Server, ended_with_server, named, server
from engine.devtools.diffing import print_diff
from engine.devtools.files import FixtureError, path_of
from engine.devtools.integration_file import NAME
from engine.devtools.opening import open_script
from engine.devtools.printing import Terminal
from engine.devtools.project import SCRIPT, Project, State, read_project, remember, same_token, state_of, take
from engine.devtools.sandboxed import local_scripts

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The script's folder.")]
AdoptOption = Annotated[
    str | None,
    typer.Option(
        "--adopt", metavar="ID", help="Which integration of the server it is, by id or name.", show_default=False
    ),
]


def push(
    folder: FolderArgument = Path(),
    adopt: AdoptOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also over what was changed on the server since.")] = False,
    url: UrlOption = None,
) -> None:
    """Make a server's integration what a folder says, or create it; shows first what changes.

    The script is compiled and loaded first, as the server does it: one with a mistake is not pushed. integration.toml
    keeps which integration it is. Ends with 1 where nothing was pushed.
    """
    raise typer.Exit(ended_with_server(_push(folder, adopt, yes, force, url)))


def pull(
    folder: FolderArgument = Path(),
    adopt: AdoptOption = None,
    force: Annotated[bool, typer.Option("--force", help="Also over what was changed here and not pushed.")] = False,
    url: UrlOption = None,
) -> None:
    """Make a folder what the server's integration is; with --adopt also a new one.

    Comments and order of integration.toml stay. Ends with 1 where something was changed here that would be lost.
    """
    raise typer.Exit(ended_with_server(_pull(folder, adopt, force, url)))


async def _push(folder: Path, adopt: str | None, yes: bool, force: bool, url: str | None) -> int:
    shown = terminal()
    project = read_project(folder)
    await _check(project, shown)
    async with server(url) as at:
        record = await _meant(at, project, adopt)
        if record is None:
            return await _create(at, project, yes, shown)
        before = same_token(project.state, state_of(record))
        changes = before.changes_to(project.state)
        if not changes:
            remember(project, record)
            shown.line(f"{named(record)} is as it is here already.")
            return 0
        shown.line(f"{named(record)} of {at.url}:")
        print_diff(shown, changes)
        if not adopt and not force and record["_updatedAt"] != project.seen_at:
            _conflict(shown, record, project)
            return FAILED
        if not yes and not confirmed("Push it?"):
            return FAILED
        answer = await at.put("integrations.update", shapes.Integration, project.update(str(record["_id"]), record))
        return _pushed(project, answer, "Pushed", shown)


async def _create(at: Server, project: Project, yes: bool, shown: Terminal) -> int:
    name = str(project.state.settings["name"])
    print_diff(shown, State("", {}).changes_to(project.state))
    same = [record for record in await at.integrations(name=name) if record["name"] == name]
    if same:
        ids = " or ".join(f"--adopt {record['_id']}" for record in same)
        shown.line(f"Note: {at.url} has an integration {name} already; {ids} pushes to that one.", "yellow", error=True)
    if not yes and not confirmed(f"Create {name} on {at.url}?"):
        return FAILED
    answer = await at.post("integrations.create", shapes.Integration, project.body())
    code = _pushed(project, answer, "Created", shown)
    record = answer["integration"]
    if record.get("token") and record["type"] == "webhook-incoming":
        shown.line(f"Its hook is {at.url}/hooks/{record['_id']}/{record['token']}: whoever knows it may post.")
    return code


def _pushed(project: Project, answer: dict[str, Any], what: str, shown: Terminal) -> int:
    record = answer["integration"]
    # said first: where the folder cannot be written, it is to be known which one it is
    shown.line(f"{what}: {named(record)}.", "green")
    remember(project, record)
    for warning in answer.get("warnings", ()):
        shown.line(f"Warning: {warning}", "yellow", error=True)
    if (error := record.get("scriptError")) is not None:
        # another version of hookcell, or of Python, than here
        shown.error(["The server cannot run this script, and answers its calls with an error:", str(error["stack"])])
        return FAILED
    return 0


async def _pull(folder: Path, adopt: str | None, force: bool, url: str | None) -> int:
    shown, folder = terminal(), path_of(folder)
    project = read_project(folder) if (folder / NAME).exists() else None
    if project is None and adopt is None:
        raise FixtureError(folder / NAME, "is not there; --adopt says by id or name which integration to take")
    async with server(url) as at:
        record = await _meant(at, project, adopt)
    if record is None:
        raise FixtureError(folder / NAME, "has no _id yet: push it first, or say with --adopt which integration it is")
    if project is None:
        if (folder / SCRIPT).exists() and not force:
            raise FixtureError(folder / SCRIPT, "is there already, and would be lost; pull into another folder")
        take(folder, record, None)
        shown.line(f"{folder} has {named(record)} now.", "green")
        return 0
    theirs = same_token(project.state, state_of(record))
    changes = project.state.changes_to(theirs)
    if not changes:
        remember(project, record)
        shown.line(f"{folder} is as {named(record)} is already.")
        return 0
    print_diff(shown, changes)
    if not force and project.edited:
        new = record["_updatedAt"] != project.seen_at
        there = "both sides were changed" if new else "the server has nothing new"
        shown.error(
            [f"Nothing was pulled: {there}, and what was changed here would be lost. Push it, or take --force."]
        )
        return FAILED
    take(folder, record, project)
    shown.line(f"Pulled: {named(record)}.", "green")
    return 0


async def _check(project: Project, shown: Terminal) -> None:
    """Raises NotRunnable where the server would keep it with an error."""
    settings = project.state.settings
    if not settings["scriptEnabled"] or not project.state.script.strip():
        return
    async with local_scripts() as scripts:
        tell_what_is_missing(scripts, shown)
        await open_script(scripts, project.state.script, file=project.folder / SCRIPT, record=project.record())


async def _meant(at: Server, project: Project | None, adopt: str | None) -> dict[str, Any] | None:
    """None where the folder is no integration's yet. Raises FixtureError where its own is gone, RequestFailed."""
    if adopt is not None:
        record = await at.find(adopt)
    elif project is not None and project.id is not None:
        found = await at.integration(project.id)
        if found is None:
            raise FixtureError(
                project.folder / NAME,
                f"says _id {project.id}, which {at.url} does not have or you may not manage. Is it another server's "
                "(--url)? Remove the three keys of hookcell's to create it anew, or say another one with --adopt.",
            )
        record = found
    else:
        return None
    if project is not None and record["type"] != project.state.settings["type"]:
        raise FixtureError(project.folder / NAME, f"is no {record['type']}, which {named(record)} is")
    return record


def _conflict(shown: Terminal, record: dict[str, Any], project: Project) -> None:
    who = record.get("_updatedBy", record.get("_createdBy", {})).get("username", "somebody")
    since = f"since {project.seen_at}" if project.seen_at else "and it is not known what was pulled"
    shown.error(
        [
            f"Nothing was pushed: {who} changed it on the server at {record['_updatedAt']}, {since}.",
            "The - lines above are what would be lost. Take them over by hand or with pull, or push with --force.",
        ]
    )
