from typing import Any

import httpx2
import pytest

from tests.api.servers import Running

KINDS = pytest.mark.parametrize(("kind", "word"), [("channels", "channel"), ("groups", "group")])


def post(client: httpx2.Client, path: str, /, **body: Any) -> httpx2.Response:
    return client.post(f"/api/v1/{path}", json=body)


def room(client: httpx2.Client, kind: str, name: str, **fields: Any) -> str:
    """Its id."""
    answer = post(client, f"{kind}.create", name=name, **fields)
    assert answer.status_code == 200, answer.text
    (made,) = [value for value in answer.json().values() if isinstance(value, dict)]
    id: str = made["_id"]
    return id


def members(client: httpx2.Client, kind: str, id: str, **query: Any) -> list[str]:
    answer = client.get(f"/api/v1/{kind}.members", params={"roomId": id, **query})
    assert answer.status_code == 200, answer.text
    return [member["username"] for member in answer.json()["members"]]


def failure(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("errorType") or answer.json()["error"]


@KINDS
def test_who_is_invited_is_in_and_who_is_kicked_is_out(server: Running, kind: str, word: str) -> None:
    ada, bob, cleo = (server.user(f"{kind}.{name}") for name in ("ada", "bob", "cleo"))
    id = room(ada, kind, f"{kind}-plans")
    invited = post(ada, f"{kind}.invite", roomId=id, userId=bob.headers["X-User-Id"])
    assert (invited.status_code, invited.json()[word]["usersCount"]) == (200, 2)
    post(ada, f"{kind}.invite", roomId=id, usernames=[f"{kind}.cleo", "nobody"])
    assert members(bob, kind, id) == [f"{kind}.ada", f"{kind}.bob", f"{kind}.cleo"]
    assert members(bob, kind, id, filter="BO") == [f"{kind}.bob"]
    assert members(bob, kind, id, sort='{"username": -1}', count=1) == [f"{kind}.cleo"]
    kicked = post(ada, f"{kind}.kick", roomId=id, username=f"{kind}.cleo")
    assert (kicked.status_code, kicked.json()[word]["usersCount"]) == (200, 2)
    assert failure(post(ada, f"{kind}.kick", roomId=id, username=f"{kind}.cleo")) == (400, "error-user-not-in-room")
    assert failure(post(ada, f"{kind}.invite", roomId=id, username="nobody")) == (400, "error-invalid-user")
    assert failure(post(ada, f"{kind}.invite", roomId=id, usernames=["nobody", "no"])) == (
        400,
        "error-empty-invite-list",
    )
    assert failure(post(ada, f"{kind}.invite", roomId=id)) == (400, "error-user-param-not-provided")
    assert failure(post(bob, f"{kind}.invite", roomId=id, username=f"{kind}.cleo")) == (400, "error-not-allowed")
    assert failure(post(bob, f"{kind}.kick", roomId=id, username=f"{kind}.ada")) == (400, "error-not-allowed")
    assert cleo.get(f"/api/v1/{kind}.members", params={"roomId": id}).status_code == (
        200 if kind == "channels" else 400
    )


@KINDS
def test_members_leave_and_the_maker_stays(server: Running, kind: str, word: str) -> None:
    dan, eli = server.user(f"{kind}.dan"), server.user(f"{kind}.eli")
    id = room(dan, kind, f"{kind}-leaving", members=[f"{kind}.eli"])
    left = post(eli, f"{kind}.leave", roomId=id)
    assert (left.status_code, left.json()[word]["usersCount"]) == (200, 1)
    again = (400, "error-user-not-in-room") if kind == "channels" else (400, "error-room-not-found")
    assert failure(post(eli, f"{kind}.leave", roomId=id)) == again
    last = post(dan, f"{kind}.leave", roomId=id)
    assert failure(last) == (400, "error-you-are-last-owner")
    assert last.json()["details"] == {"method": "leaveRoom"}
    assert failure(post(dan, f"{kind}.kick", roomId=id, username=f"{kind}.dan")) == (400, "error-you-are-last-owner")


def test_a_channel_is_joined_and_a_group_is_not(server: Running) -> None:
    fay, gus = server.user("fay"), server.user("gus")
    id = room(fay, "channels", "open.house")
    joined = post(gus, "channels.join", roomId=id, joinCode="")
    assert (joined.status_code, joined.json()["channel"]["usersCount"]) == (200, 2)
    assert post(gus, "channels.join", roomId=id).json()["channel"]["usersCount"] == 2
    group = room(fay, "groups", "closed.house")
    assert failure(post(gus, "channels.join", roomId=group)) == (400, "error-room-not-found")
    assert post(gus, "groups.join", roomId=group).status_code == 404
    visitor = server.user("visitor", roles=["guest"])
    assert failure(post(visitor, "channels.join", roomId=id)) == (400, "error-not-allowed")


def test_an_administrator_brings_and_takes_people_of_channels_they_are_not_in(server: Running) -> None:
    hal = server.user("hal")
    server.user("ivy")
    id = room(hal, "channels", "hals")
    assert post(server.admin, "channels.invite", roomId=id, username="ivy").status_code == 200
    assert post(server.admin, "channels.kick", roomName="hals", user="ivy").status_code == 200
    assert members(hal, "channels", id) == ["hal"]
    group = room(hal, "groups", "hals.own")
    assert failure(post(server.admin, "groups.invite", roomId=group, username="ivy")) == (400, "error-room-not-found")


@KINDS
def test_an_archived_room_is_closed_until_it_is_opened(server: Running, kind: str, word: str) -> None:
    server.user(f"{kind}.jo")
    id = room(server.admin, kind, f"{kind}-attic")
    assert post(server.admin, f"{kind}.archive", roomId=id).json() == {"success": True}
    info = server.admin.get(f"/api/v1/{kind}.info", params={"roomId": id})
    assert info.json()[word]["archived"] is True
    for name, fields in (
        ("archive", {}),
        ("rename", {"name": "x"}),
        ("invite", {"username": f"{kind}.jo"}),
        ("kick", {"username": f"{kind}.jo"}),
        ("leave", {}),
    ):
        closed = post(server.admin, f"{kind}.{name}", roomId=id, **fields)
        assert closed.json()["error"] == f"The {word}, {kind}-attic, is archived [error-room-archived]"
    refused = post(server.admin, "chat.postMessage", roomId=id, text="x")
    assert (refused.status_code, refused.json()["error"]) == (400, "error-not-allowed")
    assert post(server.admin, f"{kind}.unarchive", roomId=id).json() == {"success": True}
    again = post(server.admin, f"{kind}.unarchive", roomId=id)
    assert (again.status_code, again.json()["error"]) == (400, f"The {word}, {kind}-attic, is not archived")
    assert post(server.admin, "chat.postMessage", roomId=id, text="x").status_code == 200
