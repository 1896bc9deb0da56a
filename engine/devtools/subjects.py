"""What is run: a script with the integration it runs for, and the requests its hooks get from a recorded payload.

Everything is made by the functions the server uses, so that a hook gets here what it gets there. What nobody said is
filled in: without integration.toml a script belongs to an integration that posts to #general as rocket.cat.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

from engine.channels import incoming_targets, outgoing_targets
from engine.devtools.files import FixtureError, parse_json
from engine.devtools.fixtures import Fixture, FixtureResponse
from engine.devtools.places import Part, Places
from engine.errors import ClientError
from engine.hook_bodies import content_of
from engine.hook_requests import script_request
from engine.http import KINDS, MAX_ANSWER, Answer, HttpError
from engine.integrations.records import created
from engine.integrations.requests import IncomingCreate, read_create
from engine.model.hooks import HookRequest
from engine.model.integrations import INCOMING, OUTGOING, IncomingIntegration, Integration, OutgoingIntegration
from engine.model.json import JsonObject
from engine.model.messages import BOT, User
from engine.scripts import Script
from engine.sending import before_script
from engine.trace import now_ms

INTEGRATION_ID = "Rk3vTq8sWcY2mNfHd"
TOKEN = "c2nRfWqXbK7dLmT4hPyZ8jGs3vAeNk6QxYtB5uCwHpSrMgEa"
RECEIVER = "https://receiver.example/"

_ASSUMED: JsonObject = {
    "name": "Script",
    "username": BOT.username,
    "channel": "#general",
    "enabled": True,
    "scriptEnabled": True,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """`configured` says whether the author wrote the integration's settings, or they are assumed."""

    script: Script
    integration: Integration
    places: Places
    configured: bool

    @property
    def file(self) -> str:
        return self.places.parts[0].name


@dataclass(frozen=True, slots=True)
class Given:
    """The first argument of a hook. `payload` is an event's data; `parse` says that the cell parses the raw body.

    `why_empty`: the body is not the JSON that it is said to be.
    """

    request: JsonObject
    payload: JsonObject
    parse: bool = False
    why_empty: str | None = None


def places_of(file: str, source: str) -> Places:
    return Places((Part(file, source),))


def integration_of(record: JsonObject, file: Path) -> Integration:
    """The fields of integrations.create as the server would keep them. Raises FixtureError, which names `file`."""
    outgoing = "webhook-outgoing" in str(record["type"])
    assumed: JsonObject = {**_ASSUMED, "event": "sendMessage", "urls": [RECEIVER]} if outgoing else _ASSUMED
    try:
        request = read_create({**assumed, **record}, strict=False)
        targets = (incoming_targets if isinstance(request, IncomingCreate) else outgoing_targets)(request.channel)
        said = {**request.fields(), "channel": [str(target) for target in targets], "userId": BOT.id}
        made = created(OUTGOING if outgoing else INCOMING, said, {}, caller=BOT, now=now_ms())
    except (ClientError, ValueError) as error:
        raise FixtureError(file, f"is no integration: {error}") from None
    # the same in every run
    same: dict[str, str] = {"id": INTEGRATION_ID} | ({} if outgoing else {"token": TOKEN})
    return made.model_copy(update=same)


def poster(fixture: Fixture, integration: Integration) -> User:
    given = fixture.meta.user or {}
    username = str(given.get("username", integration.username))
    bot = username == BOT.username
    name = str(given.get("name", BOT.name if bot else username))
    return User(str(given.get("_id", BOT.id)), username, name, BOT.type if bot else "user", (), True)


def webhook(fixture: Fixture, integration: IncomingIntegration) -> HookRequest:
    """The payload as it arrives."""
    meta = fixture.meta
    search = f"?{urlencode(meta.query, doseq=True)}" if meta.query else ""
    pathname = f"/hooks/{integration.id}/{integration.token}"
    return HookRequest(
        method=meta.method,
        target=pathname + search,
        pathname=pathname,
        search=search,
        query=cast(JsonObject, dict(meta.query)),
        headers=dict(meta.headers),
        raw=fixture.payload,
        token=integration.token,
    )


async def webhook_request(integration: IncomingIntegration, fixture: Fixture) -> Given:
    """What process_incoming gets. Raises ClientError for a body that the server turns down."""
    request = webhook(fixture, integration)
    content = await content_of(request)
    given = script_request(request, content, integration, poster(fixture, integration))
    return Given(given, {}, content.parse, content.why if request.is_json else None)


def event_request(integration: OutgoingIntegration, fixture: Fixture) -> Given:
    """What prepare_outgoing_request gets. Raises FixtureError."""
    file = Path(fixture.name)
    data = parse_json(file, fixture.payload)
    if not isinstance(data, dict):
        raise FixtureError(file, "must be a JSON object: the `data` of the event")
    return Given(before_script(receiver(integration), data, integration), data)


def receiver(integration: OutgoingIntegration) -> str:
    return integration.urls[0] if integration.urls else RECEIVER


def reply(response: FixtureResponse, url: str) -> Answer | HttpError:
    """What the receiver answers, as the client hands it over. Raises FixtureError."""
    if response.error is not None:
        kind = response.error["kind"]
        if kind not in KINDS:
            raise FixtureError(Path("error.kind"), f"is {kind}; known are {', '.join(KINDS)}")
        return HttpError(kind, response.error["message"])
    headers = tuple(response.headers.items())
    body = response.body
    return Answer(response.status, headers, body[:MAX_ANSWER], len(body) > MAX_ANSWER, url, duration_ms=0)
