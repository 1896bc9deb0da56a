"""`hookcell deliveries`: what waits, is held or has failed on a server, and what to do about it, by its REST API.

The server and who asks are options or HOOKCELL_URL, HOOKCELL_USER_ID and HOOKCELL_AUTH_TOKEN: what `login` answers.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.http import PlainClient, RequestFailed

DEFAULT_URL = "http://127.0.0.1:3000"
PATH = "/api/v1/integrations.deliveries"
PAGE = 100

app = typer.Typer(help="Deliveries of outgoing integrations on a server.", no_args_is_help=True)

T = TypeVar("T")
UrlOption = Annotated[str, typer.Option("--url", envvar="HOOKCELL_URL", help="Address of the server.")]
UserOption = Annotated[
    str, typer.Option("--user-id", envvar="HOOKCELL_USER_ID", help="Who asks: `userId` of a login.", show_default=False)
]
TokenOption = Annotated[
    str,
    typer.Option(
        "--token", envvar="HOOKCELL_AUTH_TOKEN", help="Their `authToken`; better not typed here.", show_default=False
    ),
]
IntegrationOption = Annotated[
    str | None, typer.Option("--integration", help="Id of an integration: all that it has.", show_default=False)
]
DeliveryArgument = Annotated[str | None, typer.Argument(help="Id of one delivery.", show_default=False)]


@app.command("list")
def listed(
    state: Annotated[
        str | None,
        typer.Option(
            help="pending, claimed, held, failed or finished, several with commas. [default: all but finished]"
        ),
    ] = None,
    integration: IntegrationOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")] = PAGE,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    url: UrlOption = DEFAULT_URL,
    user_id: UserOption = "",
    token: TokenOption = "",
) -> None:
    """Show what waits, is held or has failed."""

    async def ask(client: PlainClient) -> list[dict[str, Any]]:
        asked = {"integrationId": integration or "", "state": state or ""}
        found: list[dict[str, Any]] = []
        while len(found) < limit:
            count = min(PAGE, limit - len(found))
            answer = await client.get(PATH, **asked, offset=str(len(found)), count=str(count))
            found += answer["deliveries"]
            if len(answer["deliveries"]) < count:
                break
        return found

    deliveries = _with_server(url, user_id, token, ask)
    if as_json:
        for delivery in deliveries:
            typer.echo(json.dumps(delivery))
    elif deliveries:
        Console(highlight=False).print(_table(deliveries))
    else:
        typer.echo("There are none.")


@app.command()
def send(
    delivery: DeliveryArgument = None,
    integration: IntegrationOption = None,
    url: UrlOption = DEFAULT_URL,
    user_id: UserOption = "",
    token: TokenOption = "",
) -> None:
    """Send what waits for a retry now."""
    _act("send", "sent now", delivery, integration, url, user_id, token)


@app.command()
def again(
    delivery: Annotated[str, typer.Argument(help="Id of a delivery that has ended.", show_default=False)],
    url: UrlOption = DEFAULT_URL,
    user_id: UserOption = "",
    token: TokenOption = "",
) -> None:
    """Send a delivery that has ended once more, as a new one."""

    async def ask(client: PlainClient) -> dict[str, Any]:
        return await client.post(f"{PATH}.sendAgain", {"deliveryId": delivery})

    typer.echo(f"Sent again as {_with_server(url, user_id, token, ask)['delivery']}.")


@app.command()
def release(
    delivery: DeliveryArgument = None,
    integration: IntegrationOption = None,
    url: UrlOption = DEFAULT_URL,
    user_id: UserOption = "",
    token: TokenOption = "",
) -> None:
    """Send what is held."""
    _act("release", "released", delivery, integration, url, user_id, token)


@app.command()
def drop(
    delivery: DeliveryArgument = None,
    integration: IntegrationOption = None,
    url: UrlOption = DEFAULT_URL,
    user_id: UserOption = "",
    token: TokenOption = "",
) -> None:
    """Give up what waits or is held: it is never sent."""
    _act("drop", "dropped", delivery, integration, url, user_id, token)


def _act(
    command: str, done: str, delivery: str | None, integration: str | None, url: str, user_id: str, token: str
) -> None:
    if (delivery is None) == (integration is None):
        raise typer.BadParameter("name either one delivery, or an integration with --integration")

    async def ask(client: PlainClient) -> dict[str, Any]:
        which = {"deliveryId": delivery} if delivery is not None else {"integrationId": integration}
        return await client.post(f"{PATH}.{command}", {**which})

    count = _with_server(url, user_id, token, ask)["count"]
    typer.echo(f"{count} {'delivery' if count == 1 else 'deliveries'} {done}.")


def _with_server(url: str, user_id: str, token: str, ask: Callable[[PlainClient], Awaitable[T]]) -> T:
    if not user_id or not token:
        typer.echo(
            "Say who asks, with --user-id and --token or HOOKCELL_USER_ID and HOOKCELL_AUTH_TOKEN: "
            f"POST {url}/api/v1/login with user and password answers both.",
            err=True,
        )
        raise typer.Exit(2)

    async def asking() -> T:
        async with PlainClient(url) as client:
            client.headers = {"X-User-Id": user_id, "X-Auth-Token": token}
            return await ask(client)

    try:
        return asyncio.run(asking())
    except RequestFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _table(deliveries: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("delivery", "state", "tries", "last", "url", "integration", "created"):
        table.add_column(name)
    for delivery in deliveries:
        state = delivery["state"]
        more = delivery.get("due") or delivery.get("heldReason")
        failure = delivery.get("httpError", {}).get("kind")
        last = str(delivery.get("statusCode") or failure or delivery.get("step", ""))
        cells = (delivery["_id"], f"{state} ({more})" if more else state, str(delivery["attempts"]), last)
        rest = (delivery["url"], delivery["integrationId"], delivery["_createdAt"])
        # they come from a server: nothing in them is markup
        table.add_row(*(Text(cell, overflow="fold") for cell in (*cells, *rest)))
    return table
