"""Where and as whom an outgoing integration posts: the messages of `prepare`, of a hook's answer, of a plain answer.

The user is the configured one, or with impersonateUser the one the event is of; the room is the content's channel, else
targetRoom, else the room of the event, which also stands in for one that cannot be found.
"""

import hashlib
from dataclasses import replace
from typing import Literal

from engine.delivery.rules import Rules
from engine.errors import CodedError, PlainError
from engine.ids import ALPHABET, ID_LENGTH
from engine.model.deliveries import Delivery
from engine.model.events import Event
from engine.model.integrations import OutgoingIntegration
from engine.model.json import JsonObject
from engine.model.messages import Destination, MessageContent
from engine.posting import PostDefaults, destinations, normalise
from engine.workspace.protocol import Draft, PostIntent, Workspace


async def drafts_of(
    workspace: Workspace,
    rules: Rules,
    delivery: Delivery,
    integration: OutgoingIntegration,
    content: JsonObject,
    purpose: Literal["prepare", "answer"],
) -> list[Draft]:
    """One for each destination, none when there is nothing to post; raises ClientError when it may not be posted.

    A draft's id follows from the delivery, the purpose and the destination: however often it is committed, it is
    posted once.
    """
    face = PostDefaults(integration.alias, integration.avatar, integration.emoji)
    message = normalise(content, face)
    if message.empty:
        return []
    event = delivery.event
    user_id = await _user_id(workspace, rules, integration, event)
    configured = [integration.target_room] if integration.target_room else _event_room(event)
    wanted = destinations(content, configured, override=True)
    if not wanted:
        raise PlainError("invalid-channel", hint="the event has no room; set targetRoom, or name a channel")
    return [
        await _draft(workspace, user_id, destination, message, delivery, integration, purpose) for destination in wanted
    ]


def message_id(delivery_id: str, purpose: str, destination: Destination) -> str:
    digest = hashlib.sha256("\0".join((delivery_id, purpose, destination)).encode(errors="replace")).digest()
    number = int.from_bytes(digest)
    letters = []
    for _ in range(ID_LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


async def _draft(
    workspace: Workspace,
    user_id: str,
    destination: Destination,
    content: MessageContent,
    delivery: Delivery,
    integration: OutgoingIntegration,
    purpose: str,
) -> Draft:
    intent = PostIntent(
        user_id=user_id,
        destination=destination,
        content=content,
        origin=integration.id,
        message_id=message_id(delivery.id, purpose, destination),
        bot={"i": integration.id},
    )
    try:
        return await workspace.resolve(intent)
    except CodedError as error:
        room = delivery.event.room
        if error.code != "invalid-channel" or room is None or destination == room.id:
            raise
        return await workspace.resolve(replace(intent, destination=room.id))


async def _user_id(workspace: Workspace, rules: Rules, integration: OutgoingIntegration, event: Event) -> str:
    if not integration.impersonate_user or event.user is None:
        return integration.user_id
    if rules.asks_to_impersonate:
        creator = await workspace.user(id=integration.created_by.id)
        asked = ("manage-outgoing-integrations", "message-impersonate")
        if creator is None or not any([await workspace.has_permission(creator, name) for name in asked]):
            hint = f"impersonateUser needs one of {' and '.join(asked)} for whoever created the integration"
            raise PlainError("error-not-allowed", hint=hint)
    user = await workspace.user_ignoring_case(event.user.username)
    if user is None:
        raise PlainError("error-invalid-user", hint=f"there is no user {event.user.username} to post as")
    return user.id


def _event_room(event: Event) -> list[Destination]:
    return [] if event.room is None else [event.room.id]
