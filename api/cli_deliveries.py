"""`hookcell deliveries`: what waits, is held or has failed on a server, and what to do about it, by its REST API."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from api import server_shapes as shapes
from api.logins import UrlOption
from api.server_calls import Server, with_server
from engine.devtools.printing import one_line

PATH = "integrations.deliveries"
PAGE = 100

app = typer.Typer(help="Deliveries of outgoing integrations on a server.", no_args_is_help=True)

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
    url: UrlOption = None,
) -> None:
    """Show what waits, is held or has failed."""

    async def ask(at: Server) -> list[dict[str, Any]]:
        asked = {"integrationId": integration or "", "state": state or ""}
        found: list[dict[str, Any]] = []
        while len(found) < limit:
            count = min(PAGE, limit - len(found))
            answer = await at.get(PATH, shapes.Deliveries, **asked, offset=str(len(found)), count=str(count))
            found += answer["deliveries"]
            if len(answer["deliveries"]) < count:
                break
        return found

    deliveries = with_server(url, ask)
    if as_json:
        for delivery in deliveries:
            typer.echo(json.dumps(delivery))
    elif deliveries:
        for line in _lines(deliveries):
            typer.echo(line)
    else:
        typer.echo("There are none.")


@app.command()
def send(
    delivery: DeliveryArgument = None,
    integration: IntegrationOption = None,
    url: UrlOption = None,
) -> None:
    """Send what waits for a retry now."""
    _act("send", "sent now", delivery, integration, url)


@app.command()
def again(
    delivery: Annotated[str, typer.Argument(help="Id of a delivery that has ended.", show_default=False)],
    url: UrlOption = None,
) -> None:
    """Send a delivery that has ended once more, as a new one."""

    async def ask(at: Server) -> dict[str, Any]:
        return await at.post(f"{PATH}.sendAgain", shapes.SentAgain, {"deliveryId": delivery})

    typer.echo(f"Sent again as {with_server(url, ask)['delivery']}.")


@app.command()
def release(
    delivery: DeliveryArgument = None,
    integration: IntegrationOption = None,
    url: UrlOption = None,
) -> None:
    """Send what is held."""
    _act("release", "released", delivery, integration, url)


@app.command()
def drop(
    delivery: DeliveryArgument = None,
    integration: IntegrationOption = None,
    url: UrlOption = None,
) -> None:
    """Give up what waits or is held: it is never sent."""
    _act("drop", "dropped", delivery, integration, url)


def _act(command: str, done: str, delivery: str | None, integration: str | None, url: str | None) -> None:
    if (delivery is None) == (integration is None):
        raise typer.BadParameter("name either one delivery, or an integration with --integration")

    async def ask(at: Server) -> dict[str, Any]:
        which = {"deliveryId": delivery} if delivery is not None else {"integrationId": integration}
        return await at.post(f"{PATH}.{command}", shapes.Counted, {**which})

    count = with_server(url, ask)["count"]
    typer.echo(f"{count} {'delivery' if count == 1 else 'deliveries'} {done}.")


def _lines(deliveries: list[dict[str, Any]]) -> Iterator[str]:
    """One each, in columns and as long as it is: ids are there to be copied, and a pipe has no width."""
    rows = [("delivery", "state", "tries", "last", "integration", "created", "url"), *map(_cells, deliveries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cells(delivery: dict[str, Any]) -> tuple[str, ...]:
    state, more = delivery["state"], delivery.get("due") or delivery.get("heldReason")
    failure = delivery.get("httpError", {}).get("kind")
    last = delivery.get("statusCode") or failure or delivery.get("step", "")
    cells = (delivery["_id"], f"{state} ({more})" if more else state, delivery["attempts"], last)
    # they come from a server: nothing in them acts on the terminal
    return tuple(
        one_line(str(cell)) for cell in (*cells, delivery["integrationId"], delivery["_createdAt"], delivery["url"])
    )
