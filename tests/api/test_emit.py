"""integrations.emit: a chat that is not this one tells of its events, and integrations here are told."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from engine.store.integrations import get_integration, revise_integration
from tests.api.listening import TOKEN, Listener, ask
from tests.api.servers import Running, running
from tests.processes import receiving, wait_for
from tests.receiver import Receiver, Response

PATH = "/api/v1/integrations.emit"
SITE = "http://chat.example"
AT = "2026-03-01T12:00:00.000Z"
MADE = "2026-01-01T00:00:00.000Z"
USER = {"_id": "u1", "username": "zoe", "name": "Zoe", "type": "user"}
WHOLE_USER = {**USER, "roles": [], "active": True}
ROOM = {"_id": "r1", "name": "far", "t": "c", "ts": MADE, "usersCount": 7, "u": {"_id": "u9", "username": "max"}}
WHOLE_ROOM = {**ROOM, "fname": "far"}
MESSAGE = {"_id": "m1", "msg": "hello", "ts": AT}
FILE = {"_id": "f1", "name": "a b.png", "type": "image/png", "size": 3}
COMMON = {"token": TOKEN, "bot": False}
PLACE = {"channel_id": "r1", "channel_name": "far"}
WHO = {"user_id": "u1", "user_name": "zoe"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server"), egress_allow="127.0.0.1", root_url=SITE) as started:
        yield started


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving(lambda _: Response()) as started:
        yield started


def emit(server: Running, event: str, *, headers: dict[str, str] | None = None, **parts: Any) -> httpx2.Response:
    return server.admin.post(PATH, json={"event": event, **parts}, headers=headers)


def accepted(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    assert body["success"] is True and isinstance(body["eventId"], str)
    return body


def test_a_message_is_told_as_one_of_ours(server: Running, receiver: Receiver) -> None:
    listener = Listener(server, receiver, {"event": "sendMessage", "channel": "#general", "runOnEdits": True})
    server.do(_name_a_room, listener.id)
    told = {**MESSAGE, "alias": "Z", "tmid": "m0", "editedAt": AT, "bot": {"i": "elsewhere"}}
    body = accepted(emit(server, "sendMessage", room=ROOM, user=USER, message=told))
    assert len(body["deliveries"]) == 1
    assert listener.one() == {
        **COMMON,
        **PLACE,
        "message_id": "m1",
        "timestamp": AT,
        **WHO,
        "text": "hello",
        "siteUrl": SITE,
        "alias": "Z",
        "bot": True,
        "isEdited": True,
        "tmid": "m0",
    }


def _name_a_room(connection: Any, integration_id: str) -> None:
    """As if the room were one of this server's: nobody could name another."""
    saved = get_integration(connection, integration_id)
    assert saved is not None
    there = saved.integration.model_copy(update={"channel": ("#far",)})
    assert revise_integration(connection, there, None, seen=saved.revision, now=0) is not None


@pytest.mark.parametrize(
    ("event", "parts", "payload"),
    [
        (
            "fileUploaded",
            {"room": ROOM, "user": USER, "message": {**MESSAGE, "file": FILE}},
            {
                **PLACE,
                "message_id": "m1",
                "timestamp": AT,
                **WHO,
                "text": "hello",
                "siteUrl": SITE,
                "user": WHOLE_USER,
                "room": WHOLE_ROOM,
                "message": {
                    "_id": "m1",
                    "rid": "r1",
                    "msg": "hello",
                    "ts": AT,
                    "u": {"_id": "u1", "username": "zoe"},
                    "file": FILE,
                    "files": [FILE],
                    "attachments": [
                        {
                            "title": "a b.png",
                            "type": "file",
                            "title_link": "/file-upload/f1/a%20b.png",
                            "title_link_download": True,
                            "image_url": "/file-upload/f1/a%20b.png",
                            "image_type": "image/png",
                            "image_size": 3,
                        }
                    ],
                },
            },
        ),
        (
            "roomCreated",
            {"room": ROOM, "owner": USER},
            {**PLACE, "timestamp": MADE, **WHO, "owner": WHOLE_USER, "room": WHOLE_ROOM},
        ),
        (
            "roomCreated",
            {"room": ROOM, "user": USER},
            {**PLACE, "timestamp": MADE, **WHO, "owner": WHOLE_USER, "room": WHOLE_ROOM},
        ),
        *[
            (name, {"room": ROOM, "user": USER}, {**PLACE, **WHO, "user": WHOLE_USER, "room": WHOLE_ROOM})
            for name in ("roomArchived", "roomJoined", "roomLeft")
        ],
        (
            "userCreated",
            {"user": {**USER, "type": "bot"}, "room": ROOM},
            {**WHO, "bot": True, "user": {**WHOLE_USER, "type": "bot"}},
        ),
    ],
)
def test_every_other_event(
    server: Running, receiver: Receiver, event: str, parts: dict[str, Any], payload: dict[str, Any]
) -> None:
    listener = Listener(server, receiver, {"event": event, "targetRoom": "#general"})
    accepted(emit(server, event, **parts))
    body = listener.one()
    if "timestamp" not in payload:
        assert body.pop("timestamp").endswith("Z")
    assert body == {**COMMON, **payload}


def test_a_direct_room_is_heard_by_its_members_names(server: Running, receiver: Receiver) -> None:
    hears = Listener(server, receiver, {"event": "sendMessage", "channel": "@admin,all_direct_messages"})
    room = {"_id": "d1", "t": "d", "uids": ["u1", "u2"], "usernames": ["zoe", "admin"]}
    accepted(emit(server, "sendMessage", room=room, user=USER, message=MESSAGE))
    body = hears.one()
    assert body["channel_id"] == "d1" and "channel_name" not in body


def test_the_same_key_gets_the_same_answer_and_nothing_new(server: Running, receiver: Receiver) -> None:
    listener = Listener(server, receiver, {"event": "roomArchived"})
    sent: dict[str, Any] = {"room": ROOM, "user": USER, "idempotencyKey": "k1"}
    first = accepted(emit(server, "roomArchived", **sent))
    assert accepted(emit(server, "roomArchived", **sent)) == first
    other = accepted(emit(server, "roomArchived", **{**sent, "idempotencyKey": "k2"}))
    again = [accepted(emit(server, "roomArchived", room=ROOM, user=USER)) for _ in range(2)]
    assert len({body["eventId"] for body in (first, other, *again)}) == 4
    listener.sent(4)
    # a key is its sender's
    server.user("bridge", roles=["admin"])
    theirs = server.login("bridge", "pw").post(PATH, json={"event": "roomArchived", **sent})
    assert accepted(theirs)["eventId"] != first["eventId"]


def test_an_event_that_nobody_hears_is_accepted_too_and_its_key_holds(server: Running) -> None:
    sent: dict[str, Any] = {"room": {**ROOM, "t": "l"}, "user": USER, "idempotencyKey": "unheard"}
    first = accepted(emit(server, "roomLeft", **sent))
    assert first["deliveries"] == [] and accepted(emit(server, "roomLeft", **sent)) == first


def test_how_deep_a_chain_is_counts(server: Running, receiver: Receiver) -> None:
    listener = Listener(server, receiver, {"event": "roomLeft", "channel": "all_public_channels"})
    for depth in ("2", "3"):
        accepted(emit(server, "roomLeft", room=ROOM, user=USER, headers={"X-Hookcell-Depth": depth}))
    wait_for(lambda: any(request.target == listener.path for request in receiver.requests))
    runs = ask(server.admin, "GET", "integrations.history", id=listener.id)["history"]
    assert sum(run["step"] == "stopped-by-loop-guard" for run in runs) == 1
    (request,) = [request for request in receiver.requests if request.target == listener.path]
    assert request.header("x-hookcell-depth") == "3"


def test_an_integration_does_not_hear_what_it_posted_in_the_other_chat(server: Running, receiver: Receiver) -> None:
    listener = Listener(server, receiver, {"event": "sendMessage", "triggerWords": ["hello"]})
    own = {**MESSAGE, "bot": {"i": listener.id}}
    accepted(emit(server, "sendMessage", room=ROOM, user=USER, message=own))
    assert listener.total() == 0
    accepted(emit(server, "sendMessage", room=ROOM, user=USER, message=MESSAGE))
    listener.one()


def test_an_answer_is_posted_where_the_room_is_here(server: Running) -> None:
    reply = Response(200, (("content-type", "application/json"),), b'{"text": "heard"}')
    with receiving(lambda _: reply) as answering:
        listener = Listener(server, answering, {"event": "roomJoined"})
        accepted(emit(server, "roomJoined", room=ROOM, user=USER))
        accepted(emit(server, "roomJoined", room={**ROOM, "_id": "GENERAL", "name": "general"}, user=USER))

        def ended() -> list[Any]:
            runs = ask(server.admin, "GET", "integrations.history", id=listener.id)["history"]
            return [run["step"] for run in runs if run["finished"]]

        wait_for(lambda: len(ended()) == 2)
        assert set(ended()) == {"after-http-call-send-message-failed", "url-response-sent-message"}
    said = ask(server.admin, "GET", "channels.messages", roomName="general")["messages"]
    assert said[0]["msg"] == "heard"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "must have required property 'event'"),
        ({"event": "messageRead"}, "event must be one of sendMessage, fileUploaded, roomArchived, roomCreated"),
        ({"event": "sendMessage", "user": USER}, "must have required property 'room' for sendMessage"),
        ({"event": "sendMessage", "user": USER}, "must have required property 'message' for sendMessage"),
        ({"event": "userCreated"}, "must have required property 'user' for userCreated"),
        ({"event": "roomCreated", "room": ROOM}, "must have required property 'user' for roomCreated"),
        ({"event": "roomLeft", "room": ROOM, "user": USER, "owner": USER}, "only roomCreated has one"),
        (
            {"event": "roomLeft", "room": ROOM, "user": USER, "message": MESSAGE},
            "must NOT have the property 'message' for roomLeft",
        ),
        ({"event": "fileUploaded", "room": ROOM, "user": USER, "message": MESSAGE}, "required property 'file'"),
        ({"event": "userCreated", "user": {"username": "zoe"}}, "user._id must have required property '_id'"),
        ({"event": "userCreated", "user": {**USER, "nick": "z"}}, "user.nick must NOT have additional properties"),
        ({"event": "userCreated", "user": USER, "when": 1}, "must NOT have additional properties"),
        ({"event": "roomLeft", "room": {**ROOM, "t": "x"}, "user": USER}, "room.t must be one of c, p, d, l"),
        ({"event": "roomLeft", "room": {"_id": "r", "t": "c"}, "user": USER}, "only a direct room has none"),
        ({"event": "roomLeft", "room": {**ROOM, "uids": ["a"]}, "user": USER}, "of the same members"),
        ({"event": "roomLeft", "room": {**ROOM, "ts": "then"}, "user": USER}, "room.ts must be a date"),
        ({"event": "roomLeft", "room": {**ROOM, "ts": 10**15}, "user": USER}, "room.ts must be a date"),
        ({"event": "roomLeft", "room": {**ROOM, "ts": True}, "user": USER}, "room.ts must be a date"),
        ({"event": "userCreated", "user": "zoe"}, "user must be object"),
        (
            {"event": "userCreated", "user": USER, "idempotencyKey": "k" * 1001},
            "idempotencyKey must NOT have more than 1000 characters",
        ),
    ],
)
def test_what_is_wrong_is_said(server: Running, sent: dict[str, Any], words: str) -> None:
    answer = server.admin.post(PATH, json=sent)
    assert answer.status_code == 400 and words in answer.json()["error"], answer.text
    assert answer.json()["errorType"] == "invalid-params"


def test_it_needs_a_permission_of_its_own(server: Running) -> None:
    user = server.user("nobody")
    sent = {"event": "userCreated", "user": USER}
    assert user.post(PATH, json=sent).status_code == 403
    assert server.client.post(PATH, json=sent).status_code == 401
    listed = ask(server.admin, "GET", "permissions.listAll")["update"]
    assert next(one["roles"] for one in listed if one["_id"] == "emit-events") == ["admin"]
