"""`hookcell demo`: the main job on real input, told step by step.

A server on a fresh database, a receiver beside it, two integrations made through the REST API, GitHub's own push
webhook, and what became of it. Everything is real but the build service, which is a few lines here.
"""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.logging import configure_logging
from api.serve import Server, listen, make_server
from api.telling import Teller
from engine.devtools import read_example
from engine.devtools.fixtures import Example, Fixture
from engine.errors import CannotStart
from engine.http import PlainClient, RequestFailed
from engine.model.json import JsonObject
from engine.runtime import Engine
from engine.settings import Settings

ADMIN = "admin"
WAIT_SECONDS = 20.0
LOOK_SECONDS = 0.05


async def demo() -> int:
    """The exit status: 0 when every step went as told."""
    configure_logging(format="console", level="ERROR")
    teller = Teller(Console(highlight=False))
    with tempfile.TemporaryDirectory(prefix="hookcell-demo-") as folder:
        try:
            async with build_service() as builds, server(Path(folder)) as (url, password):
                async with PlainClient(url) as client:
                    await client.login(ADMIN, password)
                    await tell(teller, client, url, builds)
        except (CannotStart, RequestFailed) as error:
            teller.failed(str(error))
            return 1
    teller.done()
    return 0


async def tell(teller: Teller, client: PlainClient, url: str, builds: str) -> None:
    push, builder = example("github-push"), example("build-trigger")
    teller.start(url, builds)

    incoming = await create(client, push)
    teller.created(incoming, "GitHub will call", f"{url}/hooks/{incoming['_id']}/***")
    outgoing = await create(client, builder, urls=[f"{builds}/builds"])
    teller.created(outgoing, "it will call", f"{builds}/builds")

    webhook = fixture(push, "push")
    for name, value in webhook.meta.secrets.items():
        secret: JsonObject = {"integrationId": incoming["_id"], "name": name, "value": value}
        await client.post("/api/v1/integrations.setSecret", secret)
    teller.webhook(webhook)
    answer = await client.post(f"/hooks/{incoming['_id']}/{incoming['token']}", webhook.payload, sent_headers(webhook))
    teller.answered(answer)

    [run] = await finished(client, incoming["_id"])
    messages = await channel(client, 2)
    teller.posted("The message that was posted", messages[0])
    teller.receipts(run)

    [delivery] = await finished(client, outgoing["_id"])
    teller.sent(delivery)
    teller.posted("The answer that was posted back", messages[1])
    teller.receipts(delivery)
    teller.steps(delivery)


def example(name: str) -> Example:
    """From the checkout, or from where the installed package keeps them."""
    here = Path(__file__).resolve().parent
    folder = next(place for place in (here / "examples", here.parent / "examples") if place.is_dir())
    return read_example(folder / name)


def fixture(example: Example, name: str) -> Fixture:
    return next(fixture for fixture in example.fixtures if fixture.name == name)


def sent_headers(fixture: Fixture) -> dict[str, str]:
    return {"content-type": "application/json", **fixture.meta.headers}


async def create(client: PlainClient, example: Example, **fields: Any) -> dict[str, Any]:
    body = {**example.integration, "script": example.script, **fields}
    record: dict[str, Any] = (await client.post("/api/v1/integrations.create", body))["integration"]
    if "scriptError" in record:
        raise RequestFailed(f"The script of {example.folder} does not work: {record['scriptError']['stack']}")
    return record


async def finished(client: PlainClient, integration: str) -> list[dict[str, Any]]:
    """The integration's runs, once all of them have ended."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            history = (await client.get("/api/v1/integrations.history", id=integration))["history"]
            if history and all(run["finished"] for run in history):
                return list(history)
            await asyncio.sleep(LOOK_SECONDS)


async def channel(client: PlainClient, expected: int) -> list[dict[str, Any]]:
    """The messages of #general, the oldest first, once there are as many."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            messages = (await client.get("/api/v1/channels.messages", roomName="general"))["messages"]
            if len(messages) >= expected:
                return list(reversed(messages))
            await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[tuple[str, str]]:
    """The same server as `hookcell serve`, on a free port; its url and the admin's password."""
    password = secrets.token_urlsafe(12)
    settings = Settings(
        data=folder, host="127.0.0.1", port=0, admin_username=ADMIN, admin_pass=password, egress_allow="127.0.0.1/32"
    )
    listener = listen(settings)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    engine = await Engine.start(settings)
    serving = make_server(engine)
    task = asyncio.create_task(serving.serve(sockets=[listener]))
    try:
        yield settings.site_url, password
    finally:
        serving.should_exit = True
        await task
        await engine.stop()


@asynccontextmanager
async def build_service() -> AsyncIterator[str]:
    """Somebody else's service: takes an order for a build, and says which one it became."""

    async def order(request: Request) -> Response:
        await request.json()
        build = {"number": 418, "url": "https://builds.example/octo-repo/418", "minutes": 6}
        return JSONResponse(build, status_code=201)

    app = Starlette(routes=[Route("/builds", order, methods=["POST"])])
    listener = listen(Settings(host="127.0.0.1", port=0))
    service = Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
    task = asyncio.create_task(service.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        service.should_exit = True
        await task
