"""The server of a login, for the commands of authors: what it answers, and in words what to do when it says no."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import typer

from api import server_shapes as shapes
from api.cli import FAILED
from api.cli_terminal import ended, terminal
from api.logins import login_for
from engine.devtools.printing import one_line
from engine.http import PlainClient, RequestFailed
from engine.model.json import JsonObject

API = "/api/v1/"
PAGE = 100
MAX_LISTED = 10_000
NAMES_SHOWN = 10

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Server:
    """Its methods raise RequestFailed, whose message says what to do, also where the answer has another shape."""

    url: str
    _client: PlainClient

    async def get(self, endpoint: str, shape: type[Any], /, **params: str) -> dict[str, Any]:
        return await self._told(shape, self._client.get(API + endpoint, **params))

    async def post(self, endpoint: str, shape: type[Any], body: JsonObject) -> dict[str, Any]:
        return await self._told(shape, self._client.post(API + endpoint, body))

    async def put(self, endpoint: str, shape: type[Any], body: JsonObject) -> dict[str, Any]:
        return await self._told(shape, self._client.put(API + endpoint, body))

    async def integrations(self, **params: str) -> list[dict[str, Any]]:
        """All that one may see, as many as MAX_LISTED."""
        found: list[dict[str, Any]] = []
        while len(found) < MAX_LISTED:
            part = {"offset": str(len(found)), "count": str(PAGE)}
            page = await self.get("integrations.list", shapes.Integrations, **params, **part)
            found += page["integrations"]
            if not page["integrations"] or len(found) >= page["total"]:
                break
        return found

    async def integration(self, id: str) -> dict[str, Any] | None:
        """None where there is none, or none that one may see."""
        try:
            answer = await self.get("integrations.get", shapes.Integration, integrationId=id)
        except RequestFailed as error:
            if error.status in (400, 404):
                return None
            raise
        record: dict[str, Any] = answer["integration"]
        return record

    async def find(self, name: str) -> dict[str, Any]:
        """By its id, its name, or what only one of them has in its name."""
        if name.isalnum() and (record := await self.integration(name)) is not None:
            return record
        like = await self.integrations(name=name)
        found = [record for record in like if record["name"] == name] or like
        if len(found) == 1:
            return found[0]
        if found:
            which = ", ".join(f"{named(record)}" for record in found[:NAMES_SHOWN])
            raise RequestFailed(f"There are several: {which}. Say the id of the one you mean.")
        names = ", ".join(one_line(record["name"]) for record in (await self.integrations())[:NAMES_SHOWN])
        there = f"There are {names}." if names else "You may see none."
        raise RequestFailed(f"{self.url} has no integration {name}. {there}")

    async def _told(self, shape: type[Any], call: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
        try:
            answer = await call
            shapes.check(answer, shape)
        except RequestFailed as error:
            match error.status:
                case None:
                    text = unanswered(self.url, error)
                case 401:
                    text = f"The login to {self.url} is over. Log in again: hookcell login {self.url}"
                case 403:
                    text = f"{error}. You need a permission that an administrator gives: manage-incoming-integrations, "
                    text += "manage-outgoing-integrations, or those for one's own."
                case _:
                    text = str(error)
            raise RequestFailed(text, error.status) from None
        return answer


@asynccontextmanager
async def server(url: str | None) -> AsyncGenerator[Server]:
    """Ends the command with what to do where there is no login."""
    login = login_for(url)
    async with PlainClient(login.url) as client:
        client.headers = {"X-User-Id": login.user_id, "X-Auth-Token": login.auth_token}
        yield Server(login.url, client)


def named(record: Mapping[str, Any]) -> str:
    """Which integration it is, for a line: a server says it, and it begins no line of its own."""
    return one_line(f"{record['name']} ({record['_id']})")


def unanswered(url: str, error: RequestFailed) -> str:
    return f"{url} does not answer as a server of hookcell does ({error}). Is it running there?"


def with_server(url: str | None, ask: Callable[[Server], Awaitable[T]]) -> T:
    """What `ask` answers; ends the command with what to do where the server says no."""

    async def asking() -> T:
        async with server(url) as at:
            return await ask(at)

    try:
        return asyncio.run(asking())
    except RequestFailed as error:
        terminal().error([str(error)])
        raise typer.Exit(FAILED) from None


def ended_with_server(work: Coroutine[None, None, int]) -> int:
    """As `ended`, and 1 where the server says no."""
    try:
        return ended(work)
    except RequestFailed as error:
        terminal().error([str(error)])
        return FAILED
