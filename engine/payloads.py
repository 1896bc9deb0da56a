"""The `data` of an outgoing request: what Rocket.Chat sends for each of the seven events, in its names and order.

Pure, from the stored event alone, so that a retry or a replay much later builds the same. Room and user events carry
their full payload; there is no `channel_name` for a direct message, and no e-mail address anywhere. A part that the
event does not have leaves its keys out.
"""

from typing import assert_never

from engine.dates import iso
from engine.model.events import Event
from engine.model.json import JsonObject
from engine.model.messages import Message, Room, User

_FILE_MESSAGE_FIELDS = ("file", "files", "attachments")


def payload(
    event: Event, *, token: str | None, trigger_word: str | None, site_url: str, file_url: str | None = None
) -> JsonObject:
    """`token` is the integration's; `file_url` is where a scanner can fetch an uploaded file without logging in."""
    data: JsonObject = {"token": token or "", "bot": False}
    if trigger_word is not None:
        data["trigger_word"] = trigger_word
    return data | _of_event(event, site_url, file_url)


def _of_event(event: Event, site_url: str, file_url: str | None) -> JsonObject:
    user, room, message, owner = event.user, event.room, event.message, event.owner
    at: JsonObject = {"timestamp": iso(event.at)}
    match event.event:
        case "sendMessage":
            return _channel(room) | _message(message) | {"siteUrl": site_url} | _marks(message) | _edit(message)
        case "fileUploaded":
            file = {} if file_url is None else {"file_url": file_url}
            whole = _whole("user", user) | _whole("room", room) | _whole("message", message)
            return _channel(room) | _message(message) | {"siteUrl": site_url} | file | whole | _marks(message)
        case "roomCreated":
            created: JsonObject = {} if room is None else {"timestamp": iso(room.created_at)}
            return _channel(room) | created | _user(owner) | _whole("owner", owner) | _whole("room", room)
        case "roomArchived" | "roomJoined" | "roomLeft":
            return at | _channel(room) | _user(user) | _whole("user", user) | _whole("room", room) | _bot(user)
        case "userCreated":
            return at | _user(user) | _whole("user", user) | _bot(user)
        case _:
            assert_never(event.event)


def _channel(room: Room | None) -> JsonObject:
    if room is None:
        return {}
    channel: JsonObject = {"channel_id": room.id}
    return channel | ({} if room.name is None else {"channel_name": room.name})


def _user(user: User | None) -> JsonObject:
    return {} if user is None else {"user_id": user.id, "user_name": user.username}


def _bot(user: User | None) -> JsonObject:
    return {"bot": True} if user is not None and user.type == "bot" else {}


def _message(message: Message | None) -> JsonObject:
    if message is None:
        return {}
    return {
        "message_id": message.id,
        "timestamp": iso(message.ts),
        "user_id": message.user_id,
        "user_name": message.username,
        "text": message.text,
    }


def _marks(message: Message | None) -> JsonObject:
    if message is None:
        return {}
    alias: JsonObject = {"alias": message.body["alias"]} if message.body.get("alias") else {}
    return alias | ({"bot": True} if message.body.get("bot") else {})


def _edit(message: Message | None) -> JsonObject:
    if message is None:
        return {}
    edited: JsonObject = {} if message.edited_at is None else {"isEdited": True}
    return edited | ({} if message.tmid is None else {"tmid": message.tmid})


def _whole(key: str, part: User | Room | Message | None) -> JsonObject:
    match part:
        case None:
            return {}
        case User():
            return {key: _user_object(part)}
        case Room():
            return {key: _room_object(part)}
        case Message():
            return {key: _message_object(part)}


def _user_object(user: User) -> JsonObject:
    return {
        "_id": user.id,
        "username": user.username,
        "name": user.name,
        "type": user.type,
        "roles": list(user.roles),
        "active": user.active,
    }


def _room_object(room: Room) -> JsonObject:
    found: JsonObject = {"_id": room.id, "t": room.t}
    if room.name is not None:
        found |= {"name": room.name, "fname": room.name}
    if room.users_count is not None:
        found["usersCount"] = room.users_count
    if room.user_id is not None:
        found["u"] = {"_id": room.user_id, "username": room.username}
    return found | {"ts": iso(room.created_at)}


def _message_object(message: Message) -> JsonObject:
    found: JsonObject = {
        "_id": message.id,
        "rid": message.room_id,
        "msg": message.text,
        "ts": iso(message.ts),
        "u": {"_id": message.user_id, "username": message.username},
    }
    return found | {name: message.body[name] for name in _FILE_MESSAGE_FIELDS if name in message.body}
