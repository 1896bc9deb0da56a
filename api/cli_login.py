"""`hookcell login` and `hookcell secret`: passwords and values are asked for, or read from standard input."""

import asyncio
import sys
from typing import Annotated, Any

import typer

from api import logins
from api import server_shapes as shapes
from api.cli import FAILED
from api.cli_terminal import is_terminal, terminal
from api.logins import Login, UrlOption
from api.server_calls import Server, unanswered, with_server
from engine.devtools.printing import one_line
from engine.http import HttpError, PlainClient, RequestFailed, destination_of
from engine.model.json import JsonObject, JsonValue

EVERYONE = "*"
# of a password or a secret, from standard input
MAX_ASKED = 64 * 1024

secret = typer.Typer(help="Values that scripts may have sent and never see.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What scripts call it.", show_default=False)]
IntegrationOption = Annotated[
    str | None, typer.Option("--integration", metavar="NAME", help="Whose it is: id or name.", show_default=False)
]
AllOption = Annotated[bool, typer.Option("--all", help="It is for all integrations.")]


def login(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the server.", show_default=False)],
    username: Annotated[str, typer.Option(help="Who logs in.")] = "admin",
) -> None:
    """Log in to a server, for the commands that talk to one."""
    address = url.rstrip("/")
    try:
        destination_of(address)
    except HttpError as error:
        raise typer.BadParameter(f"{error.message}; write it as {logins.DEFAULT_URL}") from None
    password = _asked(f"Password of {username}")

    async def ask() -> Login:
        async with PlainClient(address) as client:
            await client.login(username, password)
            return Login(address, client.headers["X-User-Id"], client.headers["X-Auth-Token"])

    try:
        found = asyncio.run(ask())
    except RequestFailed as error:
        match error.status:
            case None:
                text = unanswered(address, error)
            case 401:
                text = f"{address} knows no user {username} with this password."
            case _:
                text = str(error)
        terminal().error([text])
        raise typer.Exit(FAILED) from None
    typer.echo(f"Logged in to {address} as {username}; the login is kept in {logins.keep(found)}.")


@secret.command("set")
def set_secret(
    name: NameArgument,
    host: Annotated[
        list[str] | None, typer.Option(help="Where it may be sent: example.com or *.example.com. May be repeated.")
    ] = None,
    use: Annotated[
        list[str] | None,
        typer.Option(help="header, query, body or verify. May be repeated. [default: header, or verify without hosts]"),
    ] = None,
    integration: IntegrationOption = None,
    everyone: AllOption = False,
    url: UrlOption = None,
) -> None:
    """Set a secret; its value is asked for, or read from standard input."""
    _one_of(integration, everyone)
    value = _asked(f"Value of {name}")
    hosts: list[JsonValue] = [*(host or [])]
    uses: list[JsonValue] = [*(use or [])]
    body: JsonObject = {"name": name, "value": value, "hosts": hosts, **({"uses": uses} if uses else {})}

    async def ask(at: Server) -> dict[str, Any]:
        whose = await _scope(at, integration)
        return await at.post("integrations.setSecret", shapes.SecretSet, {"integrationId": whose, **body})

    answer = with_server(url, ask)
    typer.echo(f"Set: {_line(answer['secret'])}")
    for warning in answer.get("warnings", ()):
        terminal().line(f"Warning: {warning}", "yellow", error=True)


@secret.command("list")
def list_secrets(integration: IntegrationOption = None, url: UrlOption = None) -> None:
    """Show the secrets of all integrations, and those of one; never their values."""

    async def ask(at: Server) -> dict[str, Any]:
        return await at.get("integrations.listSecrets", shapes.Secrets, integrationId=await _scope(at, integration))

    found = with_server(url, ask)["secrets"]
    for each in found:
        typer.echo(_line(each))
    if not found:
        typer.echo("There are none.")


@secret.command("rm")
def remove_secret(
    name: NameArgument, integration: IntegrationOption = None, everyone: AllOption = False, url: UrlOption = None
) -> None:
    """Remove a secret; what needs it is refused from then on."""
    _one_of(integration, everyone)

    async def ask(at: Server) -> dict[str, Any]:
        body: JsonObject = {"integrationId": await _scope(at, integration), "name": name}
        return await at.post("integrations.removeSecret", shapes.Done, body)

    with_server(url, ask)
    typer.echo(f"{name} is removed.")


def _one_of(integration: str | None, everyone: bool) -> None:
    if (integration is None) is not everyone:
        raise typer.BadParameter("name the integration with --integration NAME, or say --all")


async def _scope(at: Server, integration: str | None) -> str:
    return EVERYONE if integration is None else str((await at.find(integration))["_id"])


def _asked(what: str) -> str:
    if is_terminal(sys.stdin):
        return str(typer.prompt(what, hide_input=True))
    try:
        text = "" if sys.stdin is None else sys.stdin.read(MAX_ASKED + 1)
    except UnicodeDecodeError:
        raise typer.BadParameter("standard input is no UTF-8 text") from None
    if len(text) > MAX_ASKED:
        raise typer.BadParameter(f"standard input has more than {MAX_ASKED:,} characters")
    return text.removesuffix("\n").removesuffix("\r")


def _line(found: dict[str, Any]) -> str:
    whose = "all" if found["integrationId"] == EVERYONE else found["integrationId"]
    hosts = ", ".join(found["hosts"]) or "nowhere"
    unreadable = "" if found.get("readable", True) else "; it cannot be read with the server's key: set it again"
    # a server says it, and nothing of it may act on the terminal
    return one_line(f"{found['name']} of {whose}, for {', '.join(found['uses'])}, sent to {hosts}{unreadable}")
