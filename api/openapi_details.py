"""What the document says of each endpoint beside what its models say: a line, an example of a call, one of its answer.

The keys of an answer's example are those that every such answer has.
"""

from dataclasses import dataclass, field

from engine.integrations.requests import CREATE, REMOVE, UPDATE
from engine.model.json import JsonObject, JsonValue
from engine.params import Params
from engine.store.connections import json_text


@dataclass(frozen=True, slots=True)
class Detail:
    """`sent` is the body or the query; `shapes` are those of a body that the engine reads itself, one of them.

    `file`: the body is a form with a file. `status` is that of an answer without an error.
    """

    summary: str
    sent: JsonObject = field(default_factory=dict)
    answered: JsonObject = field(default_factory=dict)
    shapes: tuple[type[Params], ...] = ()
    file: bool = False
    status: int = 200


_AT = "2026-03-01T12:00:00.000Z"
_USER: JsonObject = {
    "_id": "aobEdbYhXfu5hkeqG",
    "username": "ada",
    "name": "Ada",
    "type": "user",
    "status": "offline",
    "active": True,
    "roles": ["user"],
    "_updatedAt": _AT,
}
_BY: JsonObject = {"_id": "aobEdbYhXfu5hkeqG", "username": "ada"}
_ROOM: JsonObject = {
    "_id": "ByehQjC44FwMeiLbX",
    "t": "c",
    "name": "deploys",
    "fname": "deploys",
    "msgs": 0,
    "usersCount": 1,
    "ts": _AT,
    "ro": False,
    "archived": False,
    "u": _BY,
}
_GROUP: JsonObject = {**_ROOM, "t": "p"}
_DIRECT: JsonObject = {"_id": "Qt4wvM5jTqR7dnSxe", "t": "d", "rid": "Qt4wvM5jTqR7dnSxe", "usernames": ["ada", "grace"]}
_MESSAGE: JsonObject = {
    "_id": "7aDSXtjMA3KPLxLjt",
    "rid": "ByehQjC44FwMeiLbX",
    "msg": "Deployed 1.4.2",
    "ts": _AT,
    "u": {**_BY, "name": "Ada"},
    "_updatedAt": _AT,
    "parseUrls": True,
    "groupable": False,
}
_INCOMING: JsonObject = {
    "type": "webhook-incoming",
    "name": "deploys",
    "enabled": True,
    "username": "rocket.cat",
    "channel": "#general",
    "scriptEnabled": True,
    "script": "def process_incoming(request):\n    return f\"Deployed {request['content']['version']}\"\n",
}
_OUTGOING: JsonObject = {
    "type": "webhook-outgoing",
    "name": "tickets",
    "enabled": True,
    "event": "sendMessage",
    "username": "rocket.cat",
    "channel": "#general",
    "urls": ["https://receiver.example/hook"],
    "triggerWords": ["!ticket"],
    "scriptEnabled": False,
}
_RECORD: JsonObject = {
    **_INCOMING,
    "_id": "pR3nLwSKXEf4Zt7yG",
    "channel": ["#general"],
    "userId": "rocket.cat",
    "token": "J4z9Yp…",
    "overrideDestinationChannelEnabled": False,
    "scriptEngine": "isolated-vm",
    "skipTranspile": False,
    "scriptCompiled": "restrictedpython-9/cpython-3.11/sha256:9f86d081…",
    "_createdAt": _AT,
    "_createdBy": _BY,
    "_updatedAt": _AT,
}
_RUN: JsonObject = {
    "_id": "Nd5qTfXcJwR8mBvKe",
    "type": "incoming-webhook",
    "run": "Nd5qTfXcJwR8mBvKe",
    "state": "finished",
    "finished": True,
    "step": "posted",
    "steps": [{"name": "request-received", "at": _AT, "method": "POST", "bytes": 19}],
    "log": [],
    "receipt": [{"hook": "process_incoming", "wallUs": 412, "cpuUs": 308}],
    "_createdAt": _AT,
    "_updatedAt": _AT,
}
_EVENT: JsonObject = {
    "event": "sendMessage",
    "room": {"_id": "ByehQjC44FwMeiLbX", "name": "deploys", "t": "c"},
    "user": {"_id": "aobEdbYhXfu5hkeqG", "username": "ada", "name": "Ada", "type": "user"},
    "message": {"_id": "7aDSXtjMA3KPLxLjt", "msg": "!ticket the lift is broken", "ts": _AT},
}
_EXPLAINED: JsonObject = {
    "_id": "pR3nLwSKXEf4Zt7yG",
    "name": "tickets",
    "fires": False,
    "rules": [{"rule": "event", "passed": False, "because": "it listens to roomJoined, this is sendMessage"}],
}
_DELIVERY_ID: JsonObject = {"deliveryId": "Nd5qTfXcJwR8mBvKe"}
_DELIVERY: JsonObject = {
    "_id": "Nd5qTfXcJwR8mBvKe",
    "integrationId": "aobEdbYhXfu5hkeqG",
    "event": "sendMessage",
    "url": "https://receiver.example/hook",
    "state": "failed",
    "attempts": 1,
    "interruptions": 0,
    "_createdAt": _AT,
    "_updatedAt": _AT,
}
_ID: JsonObject = {"integrationId": "pR3nLwSKXEf4Zt7yG"}
_SECRET: JsonObject = {**_ID, "name": "jira", "hosts": ["jira.example.com"], "uses": ["header"]}
_ROOM_ID: JsonObject = {"roomId": "ByehQjC44FwMeiLbX"}
_PERSON: JsonObject = {**_ROOM_ID, "username": "ada"}
_PAGE: JsonObject = {"offset": 0, "count": 50}
_EMAIL: JsonObject = {"username": "ada", "name": "Ada", "email": "ada@example.com"}


def _page(key: str, item: JsonValue) -> JsonObject:
    return {key: [item], "count": 1, "offset": 0, "total": 1}


def _rooms(kind: str, key: str, room: JsonObject) -> dict[str, Detail]:
    """What channels and groups have alike."""
    word = "public channel" if key == "channel" else "private group"
    return {
        f"{kind}.create": Detail(f"Make a {word}.", {"name": "deploys", "members": ["grace"]}, {key: room}),
        f"{kind}.info": Detail(f"A {word}.", _ROOM_ID, {key: room}),
        f"{kind}.list": Detail(f"Every {word} that the caller may see.", _PAGE, _page(kind, room)),
        f"{kind}.messages": Detail("Messages, the newest first.", {**_ROOM_ID, **_PAGE}, _page("messages", _MESSAGE)),
        f"{kind}.history": Detail("Messages between two dates.", {**_ROOM_ID, "oldest": _AT}, {"messages": [_MESSAGE]}),
        f"{kind}.members": Detail("Who is in it.", _ROOM_ID, _page("members", {**_BY, "name": "Ada"})),
        f"{kind}.invite": Detail("Bring users in.", _PERSON, {key: room}),
        f"{kind}.kick": Detail("Put a user out.", _PERSON, {key: room}),
        f"{kind}.leave": Detail("Leave it.", _ROOM_ID, {key: room}),
        f"{kind}.archive": Detail("Archive it: nobody posts there any more.", _ROOM_ID),
        f"{kind}.unarchive": Detail("Take it out of the archive.", _ROOM_ID),
        f"{kind}.rename": Detail("Rename it; integrations follow.", {**_ROOM_ID, "name": "news"}, {key: room}),
        f"{kind}.delete": Detail("Delete it with its messages.", _ROOM_ID),
    }


# by the name of an endpoint, with its method where two have one name
DETAILS: dict[str, Detail] = {
    "login": Detail(
        "Log in with a name or an email address and a password, or go on with a token (`resume`).",
        {"user": "admin", "password": "…"},
        {
            "status": "success",
            "data": {"userId": "aobEdbYhXfu5hkeqG", "authToken": "9HqLlyZOugoStsXCUfD…", "me": _USER},
        },
    ),
    "logout": Detail("Revoke the token of this call.", {}, {"status": "success", "data": {"message": "…"}}),
    "me": Detail("Who is calling.", {}, _USER),
    "users.create": Detail("Make a user.", {**_EMAIL, "password": "…", "roles": ["user"]}, {"user": _USER}),
    "users.register": Detail("Make oneself a user, where that is open.", {**_EMAIL, "pass": "…"}, {"user": _USER}),
    "users.info": Detail("A user.", {"username": "ada"}, {"user": _USER}),
    "users.list": Detail("All users.", _PAGE, _page("users", _USER)),
    "users.update": Detail(
        "Change a user.", {"userId": "aobEdbYhXfu5hkeqG", "data": {"name": "Ada L."}}, {"user": _USER}
    ),
    "users.delete": Detail(
        "Delete a user; integrations that post as this user are disabled.", {"username": "ada"}, {"deletedRooms": []}
    ),
    "permissions.listAll": Detail("Every permission with the roles that have it.", {}, {"update": [], "remove": []}),
    "permissions.update": Detail(
        "Say which roles have a permission; it counts from the next request on.",
        {"permissions": [{"_id": "manage-own-incoming-integrations", "roles": ["admin", "user"]}]},
        {"permissions": [{"_id": "manage-own-incoming-integrations", "roles": ["admin", "user"], "_updatedAt": _AT}]},
    ),
    "settings": Detail("The settings.", _PAGE, _page("settings", {"_id": "API_Default_Count", "value": 50})),
    "GET settings/{id}": Detail("One setting.", {}, {"_id": "API_Default_Count", "value": 50}),
    "POST settings/{id}": Detail("Change one setting.", {"value": 50}),
    **_rooms("channels", "channel", _ROOM),
    "channels.join": Detail("Enter a public channel.", _ROOM_ID, {"channel": _ROOM}),
    **_rooms("groups", "group", _GROUP),
    "im.create": Detail(
        "The direct room with a user, made where there is none.", {"username": "grace"}, {"room": _DIRECT}
    ),
    "im.list": Detail("The caller's direct rooms.", _PAGE, _page("ims", _DIRECT)),
    "im.messages": Detail(
        "Messages of a direct room, the newest first.", {"username": "grace", **_PAGE}, _page("messages", _MESSAGE)
    ),
    "rooms.info": Detail("A room of any kind.", _ROOM_ID, {"room": _ROOM}),
    "rooms.delete": Detail("Delete a room of any kind.", _ROOM_ID),
    "rooms.upload/{room}": Detail(
        "Post a file, in the form's field `file`, with `msg` and `description`.", {}, {"message": _MESSAGE}, file=True
    ),
    "rooms.media/{room}": Detail(
        "Hand in a file, which `rooms.mediaConfirm` posts.",
        {},
        {"file": {"_id": "…", "url": "/file-upload/…"}},
        file=True,
    ),
    "rooms.mediaConfirm/{room}/{file}": Detail(
        "Post a file that was handed in.", {"msg": "the plan"}, {"message": _MESSAGE}
    ),
    "chat.postMessage": Detail(
        "Post a message to one room or several, by `channel` or `roomId`.",
        {
            "channel": "#general",
            "text": "Deployed 1.4.2",
            "attachments": [{"color": "#2ca02c", "title": "1.4.2", "text": "12 commits"}],
        },
        {"ts": 1772366400000, "channel": "#general", "message": _MESSAGE},
    ),
    "chat.sendMessage": Detail(
        "Post a message as one object.", {"message": {"rid": "GENERAL", "msg": "hi"}}, {"message": _MESSAGE}
    ),
    "chat.getMessage": Detail("A message.", {"msgId": "7aDSXtjMA3KPLxLjt"}, {"message": _MESSAGE}),
    "chat.update": Detail(
        "Edit a message.", {**_ROOM_ID, "msgId": "7aDSXtjMA3KPLxLjt", "text": "…"}, {"message": _MESSAGE}
    ),
    "chat.delete": Detail(
        "Delete a message.",
        {**_ROOM_ID, "msgId": "7aDSXtjMA3KPLxLjt"},
        {"_id": "7aDSXtjMA3KPLxLjt", "ts": "1772366400000"},
    ),
    "integrations.create": Detail(
        "Make an integration; its script is compiled at once.",
        _INCOMING,
        {"integration": _RECORD, "warnings": []},
        CREATE,
    ),
    "integrations.get": Detail("An integration.", _ID, {"integration": _RECORD}),
    "integrations.list": Detail(
        "The integrations that the caller may see.",
        {"type": "webhook-incoming", **_PAGE},
        {**_page("integrations", _RECORD), "items": 1},
    ),
    "integrations.update": Detail(
        "Change an integration.", {**_INCOMING, **_ID}, {"integration": _RECORD, "warnings": []}, UPDATE
    ),
    "integrations.remove": Detail(
        "Remove an integration with its history.", {"type": "webhook-incoming", **_ID}, {"integration": _RECORD}, REMOVE
    ),
    "integrations.rotateToken": Detail(
        "Give an incoming integration a new token; the old one is good no more.", _ID, {"integration": _RECORD}
    ),
    "integrations.history": Detail(
        "The runs of an integration, the newest first.",
        {"id": "pR3nLwSKXEf4Zt7yG", **_PAGE},
        {**_page("history", _RUN), "items": 1},
    ),
    "integrations.run": Detail(
        "One run, whichever integration it is of.", {"runId": "Nd5qTfXcJwR8mBvKe"}, {"run": _RUN}
    ),
    "integrations.clearHistory": Detail("Forget an integration's runs.", _ID),
    "integrations.replayOutgoing": Detail(
        "Send a delivery again, built anew from its event.", {**_ID, "historyId": "Nd5qTfXcJwR8mBvKe-1"}
    ),
    "integrations.replayIncoming": Detail(
        "Run an incoming request again; nothing is posted unless `post` is true.",
        {**_ID, "historyId": "Nd5qTfXcJwR8mBvKe", "post": False},
    ),
    "integrations.deliveries": Detail(
        "Deliveries that wait, are held or have failed, the newest first.",
        {"state": "held,failed", **_ID},
        _page("deliveries", _DELIVERY),
    ),
    "integrations.deliveries.send": Detail(
        "Send what waits for a retry at once: one delivery, or all of an integration.", _DELIVERY_ID, {"count": 1}
    ),
    "integrations.deliveries.sendAgain": Detail(
        "Send a delivery that has ended once more, built anew from its event.",
        _DELIVERY_ID,
        {"delivery": "kP3wRtYqMzX7cVbNs", "historyId": "kP3wRtYqMzX7cVbNs-1"},
    ),
    "integrations.deliveries.release": Detail(
        "Send what is held: one delivery, or all of an integration.", _DELIVERY_ID, {"count": 1}
    ),
    "integrations.deliveries.drop": Detail(
        "Give up what waits or is held: one delivery, or all of an integration.", _DELIVERY_ID, {"count": 1}
    ),
    "integrations.emit": Detail(
        "Tell of an event of another chat; whoever listens is told as of one of this server's.",
        {**_EVENT, "idempotencyKey": "chat-7aDSXtjMA3KPLxLjt"},
        {"eventId": "kP3wRtYqMzX7cVbNs", "deliveries": ["Nd5qTfXcJwR8mBvKe"]},
        status=202,
    ),
    "integrations.explain": Detail(
        "Which integrations would hear an event, and which rule stops each of the others; nothing is sent.",
        {"event": json_text(_EVENT), **_PAGE},
        {"event": "sendMessage", **_page("integrations", _EXPLAINED), "items": 1},
    ),
    "integrations.setSecret": Detail(
        "Set a secret that scripts may have sent to its hosts, for one integration or, with `*`, for all.",
        {**_SECRET, "value": "correct horse"},
        {"secret": {**_SECRET, "_updatedAt": _AT, "_updatedBy": {"username": "ada"}}},
    ),
    "integrations.listSecrets": Detail(
        "The secrets of an integration and those of all, without their values.",
        _ID,
        {"secrets": [{**_SECRET, "_updatedAt": _AT, "_updatedBy": {"username": "ada"}}]},
    ),
    "integrations.removeSecret": Detail("Remove a secret.", {**_ID, "name": "jira"}),
    "integrations.store": Detail(
        "What an integration's scripts keep.",
        _ID,
        {"values": [{"key": "seen", "value": 3, "_updatedAt": _AT}], "bytes": 5},
    ),
    "integrations.store.clear": Detail(
        "Delete what an integration's scripts keep: one key, or all.", {**_ID, "key": "seen"}, {"count": 1}
    ),
    "channels.getIntegrations": Detail(
        "The integrations on a public channel.", _ROOM_ID, _page("integrations", _RECORD)
    ),
    "groups.getIntegrations": Detail("The integrations on a private group.", _ROOM_ID, _page("integrations", _RECORD)),
}

EXAMPLE_OUTGOING = _OUTGOING
EXAMPLE_RECORD = _RECORD
