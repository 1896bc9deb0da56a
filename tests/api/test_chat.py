import pytest

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
