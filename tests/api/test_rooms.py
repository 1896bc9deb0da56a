import pytest

from tests.api.servers import Running


def test_a_channel_is_answered_with_its_members_counted(server: Running) -> None:
    ada = server.user("ada")
    server.user("bea")
    answer = ada.post(
        "/api/v1/channels.create", json={"name": "plans", "members": ["bea", "nobody"], "readOnly": "true"}
    )
    channel = answer.json()["channel"]
    assert answer.status_code == 200
    assert len(channel.pop("_id")) == 17 and channel.pop("ts")
    assert channel == {
        "t": "c",
        "name": "plans",
        "fname": "plans",
        "msgs": 0,
        "usersCount": 2,
        "ro": True,
        "archived": False,
        "u": {"_id": ada.headers["X-User-Id"], "username": "ada"},
    }


@pytest.mark.parametrize("kind", ["channels", "groups"])
@pytest.mark.parametrize(
    ("body", "error", "error_type"),
    [
        ({}, "must have required property 'name'", "invalid-params"),
        ({"name": "general"}, "A channel with name 'general' exists [error-duplicate-channel-name]", None),
        ({"name": "no spaces"}, "no spaces is not a valid room name. [error-invalid-room-name]", None),
        ({"name": "x", "members": "ada"}, "must be array", "invalid-params"),
    ],
)
def test_a_room_that_cannot_be_made_says_why(
    server: Running, kind: str, body: dict[str, object], error: str, error_type: str | None
) -> None:
    answer = server.admin.post(f"/api/v1/{kind}.create", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert error_type is None or answer.json()["errorType"] == error_type


def test_making_rooms_needs_its_permission(server: Running) -> None:
    guest = server.user("visitor", roles=["guest"])
    for name, body in (
        ("channels.create", {"name": "a"}),
        ("groups.create", {"name": "a"}),
        ("im.create", {"username": "rocket.cat"}),
    ):
        answer = guest.post(f"/api/v1/{name}", json=body)
        assert answer.status_code == 403
        assert answer.json() == {
            "success": False,
            "error": "User does not have the permissions required for this action [error-unauthorized]",
        }


def test_a_direct_room_is_made_once_and_has_both_of_its_ids(server: Running) -> None:
    carl = server.user("carl")
    first = carl.post("/api/v1/im.create", json={"username": "rocket.cat"}).json()["room"]
    again = carl.post("/api/v1/im.create", json={"usernames": " rocket.cat "}).json()["room"]
    assert first == again
    assert first["_id"] == first["rid"] == "".join(sorted((carl.headers["X-User-Id"], "rocket.cat")))
    assert first["t"] == "d" and sorted(first["usernames"]) == ["carl", "rocket.cat"] and first["usersCount"] == 2


def test_a_direct_room_with_nobody_or_a_stranger_is_refused(server: Running) -> None:
    stranger = server.admin.post("/api/v1/im.create", json={"username": "stranger"})
    assert (stranger.status_code, stranger.json()["errorType"]) == (400, "error-invalid-user")
    nobody = server.admin.post("/api/v1/im.create", json={})
    assert "must have required property 'username'" in nobody.json()["error"]
    crowd = server.admin.post("/api/v1/im.create", json={"usernames": [f"u{n}" for n in range(9)]})
    assert crowd.json()["errorType"] == "error-direct-message-max-user-exceeded"


def test_messages_come_newest_first_in_pages(server: Running) -> None:
    admin = server.admin
    room_id = admin.post("/api/v1/channels.create", json={"name": "pages"}).json()["channel"]["_id"]
    for number in range(5):
        admin.post("/api/v1/chat.postMessage", json={"channel": "#pages", "text": str(number)})

    def texts(**query: str | int) -> list[str]:
        found = admin.get("/api/v1/channels.messages", params={"roomId": room_id, **query}).json()
        assert found["total"] == 5 and found["count"] == len(found["messages"])
        return [message["msg"] for message in found["messages"]]

    assert texts() == ["4", "3", "2", "1", "0"]
    assert texts(count=2, offset=1) == ["3", "2"]
    assert texts(count=0) == ["4", "3", "2", "1", "0"]
    assert texts(sort='{"ts": 1}', count=2) == ["0", "1"]


@pytest.mark.parametrize("sort", ["ts", '{"ts": 2}', '{"ts": true}', '["ts"]', '{"msg": 1}'])
def test_a_sort_that_is_none_is_refused(server: Running, sort: str) -> None:
    answer = server.admin.get("/api/v1/channels.messages", params={"roomId": "GENERAL", "sort": sort})
    assert (answer.status_code, answer.json()["errorType"]) == (400, "error-invalid-sort")


def test_a_bad_count_is_refused_in_the_words_for_query_strings(server: Running) -> None:
    answer = server.admin.get("/api/v1/channels.messages", params={"roomId": "GENERAL", "count": "many"})
    assert answer.status_code == 400
    assert answer.json() == {"success": False, "error": "must be number", "errorType": "error-invalid-params"}


def test_a_room_that_is_not_there_or_not_yours_is_the_same(server: Running) -> None:
    insider, outsider = server.user("insider"), server.user("outsider")
    group = insider.post("/api/v1/groups.create", json={"name": "cellar"}).json()["group"]
    direct = insider.post("/api/v1/im.create", json={"username": "rocket.cat"}).json()["room"]
    assert insider.get("/api/v1/groups.messages", params={"roomId": group["_id"]}).status_code == 200
    for path, query in (
        ("groups.messages", {"roomId": group["_id"]}),
        ("groups.messages", {"roomName": "no-such-room"}),
        ("channels.messages", {"roomId": group["_id"]}),
        ("im.messages", {"roomId": direct["_id"]}),
    ):
        answer = outsider.get(f"/api/v1/{path}", params=query)
        assert (answer.status_code, answer.json()["errorType"]) == (400, "error-room-not-found")


def test_a_list_of_messages_needs_a_room(server: Running) -> None:
    for path in ("channels.messages", "groups.messages", "im.messages"):
        answer = server.admin.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json()["errorType"]) == (400, "error-roomid-param-not-provided")
