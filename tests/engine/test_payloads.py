from dataclasses import replace

from engine.model.events import Event, EventName
from engine.model.json import JsonObject
from engine.model.messages import Message, Room, User
from engine.payloads import payload

USER = User("u1", "alice", "Alice", "user", ("user",), True)
OWNER = User("u2", "olivia", "Olivia", "bot", ("bot",), True)
ROOM = Room("r1", "c", "general", 1_700_000_000_000, user_id="u2", username="olivia", users_count=3)
DIRECT = Room("r2", "d", None, 0, members=(("u1", "alice"), ("u2", "olivia")))
FILE: JsonObject = {"_id": "f1", "name": "a.png", "type": "image/png", "size": 3}
MESSAGE = Message("m1", "r1", "u1", "alice", 1_700_000_001_234, "hi")

USER_OBJECT = {"_id": "u1", "username": "alice", "name": "Alice", "type": "user", "roles": ["user"], "active": True}
OWNER_OBJECT = {"_id": "u2", "username": "olivia", "name": "Olivia", "type": "bot", "roles": ["bot"], "active": True}
ROOM_OBJECT = {
    "_id": "r1",
    "t": "c",
    "name": "general",
    "fname": "general",
    "usersCount": 3,
    "u": {"_id": "u2", "username": "olivia"},
    "ts": "2023-11-14T22:13:20.000Z",
}
CHANNEL = {"channel_id": "r1", "channel_name": "general"}
AT = "2023-11-14T22:13:22.000Z"


def event(name: EventName, message: Message | None = None, room: Room | None = ROOM, user: User = USER) -> Event:
    return Event(name, "embedded", "test", "1", 1_700_000_002_000, user, room, message, OWNER)


def built(of: Event, *, token: str | None = "t", word: str | None = None, file_url: str | None = None) -> JsonObject:
    return payload(of, token=token, trigger_word=word, site_url="http://chat", file_url=file_url)


def test_send_message() -> None:
    assert built(event("sendMessage", MESSAGE), word="h") == {
        "token": "t",
        "bot": False,
        "trigger_word": "h",
        **CHANNEL,
        "message_id": "m1",
        "timestamp": "2023-11-14T22:13:21.234Z",
        "user_id": "u1",
        "user_name": "alice",
        "text": "hi",
        "siteUrl": "http://chat",
    }


def test_send_message_says_what_is_special_about_it() -> None:
    special = replace(MESSAGE, body={"alias": "Al", "bot": {"i": "x"}}, edited_at=5, tmid="m0")
    found = built(event("sendMessage", special, DIRECT), token=None)
    assert {key: found[key] for key in ("alias", "bot", "isEdited", "tmid", "token")} == {
        "alias": "Al",
        "bot": True,
        "isEdited": True,
        "tmid": "m0",
        "token": "",
    }
    assert "channel_name" not in found and "trigger_word" not in found
    # an edit keeps the time of the message
    assert found["timestamp"] == "2023-11-14T22:13:21.234Z"


def test_file_uploaded() -> None:
    body: JsonObject = {"file": FILE, "files": [FILE], "attachments": [{"title": "a.png"}], "groupable": False}
    message = replace(MESSAGE, body=body, tmid="m0", edited_at=5)
    assert built(event("fileUploaded", message), file_url="http://chat/f1?sig=s") == {
        "token": "t",
        "bot": False,
        **CHANNEL,
        "message_id": "m1",
        "timestamp": "2023-11-14T22:13:21.234Z",
        "user_id": "u1",
        "user_name": "alice",
        "text": "hi",
        "siteUrl": "http://chat",
        "file_url": "http://chat/f1?sig=s",
        "user": USER_OBJECT,
        "room": ROOM_OBJECT,
        "message": {
            "_id": "m1",
            "rid": "r1",
            "msg": "hi",
            "ts": "2023-11-14T22:13:21.234Z",
            "u": {"_id": "u1", "username": "alice"},
            "file": FILE,
            "files": [FILE],
            "attachments": [{"title": "a.png"}],
        },
    }


def test_room_created_is_told_of_the_rooms_time_and_its_owner() -> None:
    assert built(event("roomCreated")) == {
        "token": "t",
        "bot": False,
        **CHANNEL,
        "timestamp": "2023-11-14T22:13:20.000Z",
        "user_id": "u2",
        "user_name": "olivia",
        "owner": OWNER_OBJECT,
        "room": ROOM_OBJECT,
    }


def test_room_events_of_a_user_carry_everything() -> None:
    names: tuple[EventName, ...] = ("roomArchived", "roomJoined", "roomLeft")
    for name in names:
        assert built(event(name)) == {
            "token": "t",
            "bot": False,
            "timestamp": AT,
            **CHANNEL,
            "user_id": "u1",
            "user_name": "alice",
            "user": USER_OBJECT,
            "room": ROOM_OBJECT,
        }
        assert built(event(name, user=OWNER))["bot"] is True


def test_user_created_has_no_channel() -> None:
    assert built(event("userCreated", room=None)) == {
        "token": "t",
        "bot": False,
        "timestamp": AT,
        "user_id": "u1",
        "user_name": "alice",
        "user": USER_OBJECT,
    }
