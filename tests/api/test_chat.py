from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, select, update

from engine.store.schema import deliveries, messages
from tests.api.servers import Running


def test_post_message_answers_the_stored_message(server: Running) -> None:
    ada = server.user("ada")
    answer = ada.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": " hello ", "emoji": ":ghost:"})
    body = answer.json()
    message = body["message"]
    assert answer.status_code == 200
    assert body["success"] is True and body["channel"] == "#general" and isinstance(body["ts"], int)
    assert len(message.pop("_id")) == 17
    assert message.pop("ts") == message.pop("_updatedAt")
    assert message == {
        "rid": "GENERAL",
        "msg": "hello",
        "u": {"_id": ada.headers["X-User-Id"], "username": "ada", "name": "ada"},
        "emoji": ":ghost:",
        "parseUrls": True,
        "groupable": False,
    }
    listed = ada.get("/api/v1/channels.messages", params={"roomId": "GENERAL"}).json()
    assert listed["messages"][0] == answer.json()["message"]


@pytest.mark.parametrize("target", ["#general", "#GENERAL", "general", "GENERAL"])
def test_a_channel_is_found_by_name_and_id_with_and_without_its_mark(server: Running, target: str) -> None:
    answer = server.admin.post("/api/v1/chat.postMessage", json={"channel": target, "text": "x"})
    assert answer.json()["message"]["rid"] == "GENERAL"


def test_a_message_to_somebody_makes_the_direct_room_once(server: Running) -> None:
    bob, eve = server.user("bob"), server.user("eve")
    ids = sorted((bob.headers["X-User-Id"], eve.headers["X-User-Id"]))
    first = bob.post("/api/v1/chat.postMessage", json={"channel": "@eve", "text": "one"}).json()
    back = eve.post("/api/v1/chat.postMessage", json={"roomId": "@bob", "text": "two"}).json()
    by_id = bob.post("/api/v1/chat.postMessage", json={"channel": eve.headers["X-User-Id"], "text": "three"}).json()
    assert {first["message"]["rid"], back["message"]["rid"], by_id["message"]["rid"]} == {"".join(ids)}
    read = eve.get("/api/v1/im.messages", params={"username": "bob"}).json()
    assert [message["msg"] for message in read["messages"]] == ["three", "two", "one"]


def test_posting_joins_a_public_channel_and_never_a_private_group(server: Running) -> None:
    outsider = server.user("outsider")
    server.admin.post("/api/v1/channels.create", json={"name": "open"})
    server.admin.post("/api/v1/groups.create", json={"name": "closed"})
    assert outsider.post("/api/v1/chat.postMessage", json={"channel": "#open", "text": "x"}).status_code == 200
    answer = outsider.post("/api/v1/chat.postMessage", json={"channel": "#closed", "text": "x"})
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "error-not-allowed"})
    assert server.admin.get("/api/v1/groups.messages", params={"roomName": "closed"}).json()["messages"] == []


def test_several_channels_are_all_checked_before_one_is_posted_to(server: Running) -> None:
    server.admin.post("/api/v1/channels.create", json={"name": "first"})
    answer = server.admin.post("/api/v1/chat.postMessage", json={"channel": ["#first", "#nowhere"], "text": "x"})
    assert answer.status_code == 400
    assert answer.json() == {
        "success": False,
        "error": "[invalid-channel]",
        "errorType": "invalid-channel",
        "details": {"channel": "#nowhere"},
    }
    assert server.admin.get("/api/v1/channels.messages", params={"roomName": "first"}).json()["total"] == 0


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"text": "x"}, "[invalid-channel]"),
        ({"channel": "#general", "text": "x" * 5001}, "error-message-size-exceeded"),
        ({"channel": "#general", "text": "x", "alias": "King"}, "Not enough permission"),
        ({"channel": "#general", "text": "x", "avatar": "http://example.com/a.png"}, "Not enough permission"),
        ({"channel": "#general", "text": {"a": 1}}, "Match error: Expected string, got object in field text"),
        (
            {"channel": "#general", "attachments": [{"author_link": "javascript:alert(1)"}]},
            "Invalid href value provided",
        ),
    ],
)
def test_post_message_says_what_is_wrong(server: Running, body: dict[str, object], error: str) -> None:
    answer = server.admin.post("/api/v1/chat.postMessage", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_alias_and_avatar_are_for_those_who_may_impersonate(server: Running) -> None:
    bot = server.user("hal", roles=["bot"])
    body = {"channel": "#general", "text": "x", "alias": "King", "avatar": "/crown.png"}
    message = bot.post("/api/v1/chat.postMessage", json=body).json()["message"]
    assert (message["alias"], message["avatar"]) == ("King", "/crown.png")


def test_a_read_only_room_hears_its_maker_only(server: Running) -> None:
    maker, other = server.user("maker"), server.user("listener")
    maker.post("/api/v1/channels.create", json={"name": "news", "readOnly": True})
    assert maker.post("/api/v1/chat.postMessage", json={"channel": "#news", "text": "x"}).status_code == 200
    answer = other.post("/api/v1/chat.postMessage", json={"channel": "#news", "text": "x"})
    assert answer.json()["error"] == "You can't send messages because the room is readonly."


def post(client: httpx2.Client, path: str, /, **body: Any) -> httpx2.Response:
    return client.post(f"/api/v1/{path}", json=body)


def said(client: httpx2.Client, text: str = "hello", room: str = "GENERAL") -> str:
    """The message's id."""
    answer = post(client, "chat.postMessage", roomId=room, text=text)
    assert answer.status_code == 200, answer.text
    id: str = answer.json()["message"]["_id"]
    return id


def test_send_message_posts_to_a_room_under_an_id_of_the_clients_once(server: Running) -> None:
    ann, ben = server.user("ann"), server.user("ben")
    message = {"_id": "ann-1", "rid": "GENERAL", "msg": "one", "u": {"_id": "rocket.cat"}, "ts": 1}
    sent = post(ann, "chat.sendMessage", message=message)
    assert sent.status_code == 200
    assert (sent.json()["message"]["_id"], sent.json()["message"]["msg"]) == ("ann-1", "one")
    assert sent.json()["message"]["u"]["username"] == "ann"
    again = post(ann, "chat.sendMessage", message={**message, "msg": "two"})
    assert again.json()["message"] == sent.json()["message"]
    stolen = post(ben, "chat.sendMessage", message=message)
    assert (stolen.status_code, stolen.json()["errorType"]) == (400, "error-not-allowed")
    assert len(post(ann, "chat.sendMessage", message={"rid": "GENERAL", "msg": "x"}).json()["message"]["_id"]) == 17


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"msg": "x"}, "The 'rid' property on the message object is missing."),
        ({"rid": "no-such-room", "msg": "x"}, "Invalid room [error-invalid-room]"),
        ({"rid": "general", "msg": "x"}, "Invalid room [error-invalid-room]"),
        (
            {"rid": "GENERAL", "_id": "\0", "msg": "x"},
            "Match error: _id must be printable text of at most 255 characters",
        ),
        ({"rid": "GENERAL", "msg": "x", "alias": "King"}, "Not enough permission"),
        ({"rid": "GENERAL", "msg": "x" * 5001}, "error-message-size-exceeded"),
    ],
)
def test_send_message_says_what_is_wrong(server: Running, message: dict[str, object], error: str) -> None:
    answer = post(server.admin, "chat.sendMessage", message=message)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_message_is_read_by_those_who_see_its_room(server: Running) -> None:
    cora = server.user("cora")
    group = post(cora, "groups.create", name="hidden").json()["group"]["_id"]
    id = said(cora, room=group)
    found = cora.get("/api/v1/chat.getMessage", params={"msgId": id}).json()["message"]
    assert (found["_id"], found["msg"], found["u"]["name"]) == (id, "hello", "cora")
    hidden = server.admin.get("/api/v1/chat.getMessage", params={"msgId": id})
    assert (hidden.status_code, hidden.json()["error"]) == (400, f'No message found with the id of "{id}".')
    nothing = cora.get("/api/v1/chat.getMessage")
    assert nothing.json()["error"] == "must have required property 'msgId'"


def test_an_edited_message_says_when_and_by_whom(server: Running) -> None:
    dan = server.user("dan")
    id = said(dan, "helo")
    answer = post(dan, "chat.update", roomId="GENERAL", msgId=id, text=" hello ", customFields={"a": 1})
    message = answer.json()["message"]
    assert answer.status_code == 200
    assert (message["msg"], message["customFields"]) == ("hello", {"a": 1})
    assert message["editedBy"] == {"_id": dan.headers["X-User-Id"], "username": "dan"}
    assert message["editedAt"] == message["_updatedAt"] >= message["ts"]
    assert dan.get("/api/v1/chat.getMessage", params={"msgId": id}).json()["message"] == message
    by_admin = post(server.admin, "chat.update", roomId="GENERAL", msgId=id, text="hi")
    assert by_admin.json()["message"]["u"]["username"] == "dan"
    assert by_admin.json()["message"]["editedBy"]["username"] == "admin"


def test_an_edit_is_heard_by_those_who_ask_for_edits(server: Running) -> None:
    for name, run_on_edits in (("all", True), ("first", False)):
        made = post(
            server.admin,
            "integrations.create",
            type="webhook-outgoing", name=name, enabled=True, username="rocket.cat", channel="#general",
            event="sendMessage", urls=[f"http://127.0.0.1:9/{name}"], scriptEnabled=False, runOnEdits=run_on_edits,
            triggerWords=["edit-me"],
        )  # fmt: skip
        assert made.status_code == 200, made.text
    id = said(server.admin, "edit-me")
    for text in ("edit-me twice", "edit-me thrice"):
        post(server.admin, "chat.update", roomId="GENERAL", msgId=id, text=text)
    heard = server.run(server.engine.store.read(urls_heard))
    assert heard == ["http://127.0.0.1:9/all"] * 3 + ["http://127.0.0.1:9/first"]


def urls_heard(connection: Connection) -> list[str]:
    return list(connection.execute(select(deliveries.c.url).order_by(deliveries.c.url)).scalars())


def test_a_deleted_message_is_gone(server: Running) -> None:
    id = said(server.admin)
    answer = post(server.admin, "chat.delete", roomId="GENERAL", msgId=id)
    body = answer.json()
    assert answer.status_code == 200 and body["ts"].isdecimal()
    u = {"_id": server.admin.headers["X-User-Id"], "username": "admin"}
    assert (body["_id"], body["message"]) == (id, {"_id": id, "rid": "GENERAL", "u": u})
    again = post(server.admin, "chat.delete", roomId="GENERAL", msgId=id)
    assert again.json()["error"] == f'No message found with the id of "{id}".'


def test_others_messages_are_for_those_who_may(server: Running) -> None:
    fay, gus = server.user("fay"), server.user("gus")
    id = said(fay)
    update = post(gus, "chat.update", roomId="GENERAL", msgId=id, text="x")
    assert (update.status_code, update.json()["error"]) == (
        400,
        "Message editing not allowed [error-action-not-allowed]",
    )
    assert update.json()["details"] == {"method": "updateMessage", "action": "Message_editing"}
    delete = post(gus, "chat.delete", roomId="GENERAL", msgId=id)
    assert (delete.json()["errorType"], delete.json()["details"]["action"]) == (
        "error-action-not-allowed",
        "Delete_message",
    )
    forced = post(gus, "chat.delete", roomId="GENERAL", msgId=id, asUser=True)
    assert forced.json()["error"].startswith('Unauthorized. You must have the permission "force-delete-message"')
    wrong_room = post(fay, "chat.delete", roomId="elsewhere", msgId=id)
    assert wrong_room.json()["error"] == "The room id provided does not match where the message is from."
    assert post(fay, "chat.delete", roomId="GENERAL", msgId=id).status_code == 200


def deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_what_is_nested_too_deep_is_refused_and_no_room_becomes_unreadable(server: Running) -> None:
    post(server.admin, "channels.create", name="deep")
    for levels, status in ((62, 200), (63, 400), (251, 400), (900, 400)):
        fields = {"a": deep(levels)}
        answer = post(server.admin, "chat.postMessage", channel="#deep", text=f"{levels}", customFields=fields)
        assert answer.status_code == status, answer.text
    assert answer.json()["error"] == "must NOT have more than 64 levels, one inside the other"
    read = server.admin.get("/api/v1/channels.messages", params={"roomName": "deep"})
    assert [message["msg"] for message in read.json()["messages"]] == ["62"]


def store_body(connection: Connection, id: str, body: dict[str, Any]) -> None:
    connection.execute(update(messages).where(messages.c.id == id).values(body=body))


def test_what_is_stored_can_be_shown_however_deep_it_is(server: Running) -> None:
    id = said(server.admin)
    odd = {"customFields": {"a": deep(251), "b": "half of a pair: \ud83d"}}
    server.do(lambda connection: store_body(connection, id, odd))
    shown = server.admin.get("/api/v1/chat.getMessage", params={"msgId": id})
    assert shown.status_code == 200
    assert shown.json()["message"]["customFields"] == odd["customFields"]
