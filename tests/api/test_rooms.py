from pathlib import Path

import pytest

from tests.api.servers import Running, running


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
    assert (answer.json()["error"], answer.json()["errorType"]) == ("must be number", "error-invalid-params")


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


def test_rooms_are_listed_with_what_is_in_them(server: Running) -> None:
    lea, max_ = server.user("lea"), server.user("max")
    for kind, name in (("channels", "list-b"), ("channels", "list-a"), ("groups", "list-p")):
        lea.post(f"/api/v1/{kind}.create", json={"name": name, "members": ["max"]})
    server.admin.post("/api/v1/groups.create", json={"name": "list-not-yours"})
    lea.post("/api/v1/im.create", json={"username": "max"})
    lea.post("/api/v1/chat.postMessage", json={"channel": "#list-a", "text": "x"})

    found = max_.get("/api/v1/channels.list", params={"count": 0}).json()
    listed = {channel["name"]: channel for channel in found["channels"]}
    assert list(listed) == sorted(listed) and {"general", "list-a", "list-b"} <= set(listed)
    assert found["count"] == found["total"] == len(listed) and found["offset"] == 0
    assert (listed["list-a"]["msgs"], listed["list-a"]["usersCount"]) == (1, 2)
    assert (listed["list-b"]["msgs"], listed["list-b"]["usersCount"]) == (0, 2)
    sorted_ = max_.get("/api/v1/channels.list", params={"sort": '{"name": -1}', "count": 1}).json()["channels"]
    assert [channel["name"] for channel in sorted_] == [max(listed)]

    groups = max_.get("/api/v1/groups.list").json()
    assert [group["name"] for group in groups["groups"]] == ["list-p"] and groups["total"] == 1
    ims = max_.get("/api/v1/im.list").json()
    assert [sorted(im["usernames"]) for im in ims["ims"]] == [["lea", "max"]] and ims["total"] == 1
    assert server.user("listless", roles=["guest"]).get("/api/v1/channels.list").status_code == 403


@pytest.mark.parametrize(("kind", "word"), [("channels", "channel"), ("groups", "group")])
def test_a_room_is_found_by_its_id_and_by_its_name(server: Running, kind: str, word: str) -> None:
    made = server.admin.post(f"/api/v1/{kind}.create", json={"name": f"{kind}.found"}).json()[word]
    for query in ({"roomId": made["_id"]}, {"roomName": f"{kind}.found"}):
        assert server.admin.get(f"/api/v1/{kind}.info", params=query).json()[word] == made
        assert server.admin.get("/api/v1/rooms.info", params=query).json()["room"] == made
    other = server.user(f"{kind}.other")
    seen = other.get("/api/v1/rooms.info", params={"roomId": made["_id"]})
    if kind == "channels":
        assert seen.status_code == 200
    else:
        assert (seen.status_code, seen.json()) == (
            400,
            {"success": False, "error": "not-allowed", "errorType": "Not Allowed"},
        )
    for path in (f"{kind}.info", "rooms.info"):
        nowhere = server.admin.get(f"/api/v1/{path}", params={"roomName": "nowhere"})
        assert nowhere.json()["errorType"] == "error-room-not-found"
        nothing = server.admin.get(f"/api/v1/{path}")
        assert nothing.json()["errorType"] == "error-roomid-param-not-provided"


def test_a_channel_is_read_by_members_and_by_who_may_see_channels(server: Running) -> None:
    visitor = server.user("wanderer", roles=["guest"])
    server.admin.post("/api/v1/channels.create", json={"name": "sealed"})
    for path in ("channels.info", "channels.history", "channels.members"):
        assert visitor.get(f"/api/v1/{path}", params={"roomName": "sealed"}).status_code == 403
        assert visitor.get(f"/api/v1/{path}", params={"roomName": "general"}).status_code == 200


def test_history_gives_the_newest_twenty_within_its_dates(server: Running) -> None:
    admin = server.admin
    id = admin.post("/api/v1/channels.create", json={"name": "long"}).json()["channel"]["_id"]
    sent = [
        admin.post("/api/v1/chat.postMessage", json={"roomId": id, "text": str(number)}).json()["message"]
        for number in range(22)
    ]

    def texts(**query: str | int | bool) -> list[str]:
        found = admin.get("/api/v1/channels.history", params={"roomId": id, **query})
        assert found.status_code == 200, found.text
        return [message["msg"] for message in found.json()["messages"]]

    assert texts() == [str(number) for number in range(21, 1, -1)]
    assert texts(count=2, offset=1) == ["20", "19"]
    assert texts(latest="2001-01-01T00:00:00Z") == []
    assert texts(oldest=sent[0]["ts"], inclusive="true", count=0)[-1] == "0"
    assert "21" not in texts(latest=sent[21]["ts"])
    bad = admin.get("/api/v1/channels.history", params={"roomId": id, "oldest": "yesterday"})
    assert (bad.status_code, bad.json()["errorType"]) == (400, "error-oldest-param-invalid")


@pytest.mark.parametrize(("kind", "word"), [("channels", "channel"), ("groups", "group")])
def test_a_new_name_is_the_rooms_and_its_integrations(server: Running, kind: str, word: str) -> None:
    id = server.admin.post(f"/api/v1/{kind}.create", json={"name": f"{kind}.old"}).json()[word]["_id"]
    body = {
        "type": "webhook-incoming", "name": "in", "enabled": True, "username": "rocket.cat",
        "channel": f"#{kind}.old", "scriptEnabled": False,
    }  # fmt: skip
    hook = server.admin.post("/api/v1/integrations.create", json=body).json()["integration"]
    renamed = server.admin.post(f"/api/v1/{kind}.rename", json={"roomId": id, "name": f"{kind}.new"})
    assert (renamed.status_code, renamed.json()[word]["name"]) == (200, f"{kind}.new")
    found = server.admin.get("/api/v1/integrations.get", params={"integrationId": hook["_id"]}).json()["integration"]
    assert found["channel"] == [f"#{kind}.new"] and found["_updatedAt"] >= hook["_updatedAt"]
    for wrong, error in (
        ({"roomId": id}, 'The bodyParam "name" is required'),
        ({"roomId": id, "name": f"{kind}.new"}, f"The {word} name is the same as what it would be renamed to."),
        ({"roomId": id, "name": "general"}, "A channel with name 'general' exists [error-duplicate-channel-name]"),
        ({"name": "x"}, 'The parameter "roomId" or "roomName" is required [error-roomid-param-not-provided]'),
    ):
        refused = server.admin.post(f"/api/v1/{kind}.rename", json=wrong)
        assert (refused.status_code, refused.json()["error"]) == (400, error)


def test_general_is_deleted_by_whoever_may_delete_channels_and_stays_gone(tmp_path: Path) -> None:
    """Rocket.Chat asks for delete-c and nothing else; what joins new users to the default channel does without."""
    with running(tmp_path) as server:
        refused = server.user("carl").post("/api/v1/channels.delete", json={"roomId": "GENERAL"})
        assert (refused.status_code, refused.json()["errorType"]) == (400, "error-not-allowed")
        assert server.admin.post("/api/v1/channels.delete", json={"roomId": "GENERAL"}).json() == {"success": True}
        assert server.user("dora").get("/api/v1/me").status_code == 200
    with running(tmp_path) as server:
        gone = server.admin.get("/api/v1/channels.info", params={"roomName": "general"})
        assert gone.json()["errorType"] == "error-room-not-found"


@pytest.mark.parametrize("path", ["channels.delete", "groups.delete", "rooms.delete"])
def test_a_deleted_room_is_gone_with_what_was_said_in_it(server: Running, path: str) -> None:
    kind, word = ("groups", "group") if path == "groups.delete" else ("channels", "channel")
    id = server.admin.post(f"/api/v1/{kind}.create", json={"name": path}).json()[word]["_id"]
    said = server.admin.post("/api/v1/chat.postMessage", json={"roomId": id, "text": "x"}).json()["message"]
    other = server.user(f"not.{path}")
    refused = other.post("/api/v1/rooms.delete", json={"roomId": id})
    assert (refused.status_code, refused.json()["errorType"]) == (400, "error-not-allowed")
    assert server.admin.post(f"/api/v1/{path}", json={"roomId": id}).json() == {"success": True}
    again = server.admin.post(f"/api/v1/{path}", json={"roomId": id})
    assert again.json()["errorType"] == ("error-invalid-room" if path == "rooms.delete" else "error-room-not-found")
    assert server.admin.get("/api/v1/chat.getMessage", params={"msgId": said["_id"]}).status_code == 400
    assert server.admin.post("/api/v1/rooms.delete", json={}).json()["error"] == "The 'roomId' param is required"
