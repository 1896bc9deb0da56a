"""What automation services ask of a hook's url besides posting: samples, and outgoing integrations of their own.

They act as the hook's posting user, who needs the permissions that `integrations.create` and `.remove` ask for.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from api.answers import answer
from api.bodies import read_object
from api.engine import Engine
from api.hook_schemas import HookAddBody, HookRemoveBody
from engine import integrations
from engine.dates import iso
from engine.errors import NotLoggedIn, PlainError
from engine.ids import new_id, new_token
from engine.integrations.removing import remove_by_url
from engine.model.integrations import OUTGOING, IncomingIntegration, SavedIntegration
from engine.model.json import JsonObject
from engine.model.messages import User
from engine.params import read_body
from engine.trace import now_ms

SAMPLES = 3
TOKEN_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Hook:
    """A request to a hook's url, whose id and token are right; `integration` is `saved`'s."""

    request: Request
    engine: Engine
    saved: SavedIntegration
    integration: IncomingIntegration


async def sample(hook: Hook) -> Response:
    now = iso(now_ms())
    return answer(
        [
            {
                "token": new_token(TOKEN_LENGTH),
                "channel_id": new_id(),
                "channel_name": "general",
                "timestamp": now,
                "user_id": new_id(),
                "user_name": "rocket.cat",
                "text": f"Sample text {number}",
                "trigger_word": "Sample",
            }
            for number in range(1, SAMPLES + 1)
        ]
    )


async def info(hook: Hook) -> Response:
    return answer({"success": True})


async def add(hook: Hook) -> Response:
    """An outgoing integration for new messages, heard in a channel or (made disabled) from a user."""
    user = await _posting_user(hook)
    body = read_body(await read_object(hook.request), HookAddBody)
    fields: JsonObject = {
        "type": OUTGOING,
        "event": "sendMessage",
        "name": body.name,
        "username": "rocket.cat",
        "urls": [body.target_url],
        "triggerWords": [*body.data.trigger_words],
        "scriptEnabled": False,
    }
    if body.event == "newMessageOnChannel":
        channel = _prefixed("#", body.data.channel_name or "")
        fields |= {"channel": channel, "token": new_token(TOKEN_LENGTH), "enabled": True}
    elif not body.data.username:
        raise PlainError("username-required")
    else:
        fields |= {"channel": _prefixed("@", body.data.username), "token": "", "enabled": False}
    created = (await integrations.create(hook.engine.registry, user, fields))["integration"]
    assert isinstance(created, dict)
    return answer({**created, "success": True})


async def remove(hook: Hook) -> Response:
    user = await _posting_user(hook)
    body = read_body(await read_object(hook.request), HookRemoveBody)
    if not await remove_by_url(hook.engine.registry, user, body.target_url):
        raise PlainError("integration-not-found")
    return answer({"success": True})


async def _posting_user(hook: Hook) -> User:
    user = await hook.engine.workspace.user(id=hook.integration.user_id)
    if user is None or not user.active:
        raise NotLoggedIn
    return user


def _prefixed(prefix: str, name: str) -> str:
    return name if not name or name.startswith(prefix) else prefix + name
