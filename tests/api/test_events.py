"""Every event from the action that it is to a receiver: who hears it, once, with all that it carries."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from engine.workspace import file_links
from tests.api.hooks import Hook
from tests.api.listening import TOKEN, Listener, ask
from tests.api.servers import Running, running
from tests.api.test_uploads import PNG, upload
from tests.processes import receiving, wait_for
from tests.receiver import Receiver, Response

SITE = "http://chat.example"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("server")
    with running(data, egress_allow="127.0.0.1", root_url=SITE, registration="open") as started:
        yield started


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving(lambda _: Response()) as started:
        yield started


def person(server: Running, username: str) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """A new user's client, what events carry of the user in short, and whole."""
    client = server.user(username)
    short = {"user_id": client.headers["X-User-Id"], "user_name": username}
    whole = {
        "_id": short["user_id"],
        "username": username,
        "name": username,
        "type": "user",
        "roles": ["user"],
        "active": True,
    }
    return client, short, whole


def room_of(record: dict[str, Any], users: int) -> dict[str, Any]:
    """A whole room as events carry it, from a record of the API."""
    kept = {key: record[key] for key in ("_id", "t", "name", "fname", "u", "ts")}
    return {**kept, "usersCount": users}


def channel(server: Running, client: Any, name: str, kind: str = "channels", **more: Any) -> dict[str, Any]:
    record: dict[str, Any] = ask(client, "POST", f"{kind}.create", name=name, **more)[kind[:-1]]
    return record


def short_of(record: dict[str, Any]) -> dict[str, Any]:
    return {"channel_id": record["_id"], "channel_name": record["name"]}


def dated(body: dict[str, Any]) -> dict[str, Any]:
    """Without its date, which is one."""
    assert DATE.fullmatch(body["timestamp"])
    return {key: value for key, value in body.items() if key != "timestamp"}


def test_a_message_and_its_edit(server: Running, receiver: Receiver) -> None:
    ada, short, _ = person(server, "ada")
    room = channel(server, ada, "talk")
    with_edits = Listener(server, receiver, {"event": "sendMessage", "channel": "#talk", "runOnEdits": True})
    without = Listener(server, receiver, {"event": "sendMessage", "channel": "#talk"})
    first = ask(ada, "POST", "chat.postMessage", channel="#talk", text="hi")["message"]
    said = ask(ada, "POST", "chat.postMessage", channel="#talk", text="so", tmid=first["_id"])["message"]
    ask(ada, "POST", "chat.update", roomId=room["_id"], msgId=said["_id"], text="so be it")
    whole = {
        "token": TOKEN,
        "bot": False,
        **short_of(room),
        "message_id": said["_id"],
        "timestamp": said["ts"],
        **short,
        "text": "so",
        "siteUrl": SITE,
        "tmid": first["_id"],
    }
    assert without.sent(2)[1] == whole
    edited = with_edits.sent(3)[2]
    assert edited == {**whole, "text": "so be it", "isEdited": True}


def test_an_uploaded_file(server: Running, receiver: Receiver) -> None:
    bea, short, whole = person(server, "bea")
    room = channel(server, bea, "files")
    files = Listener(server, receiver, {"event": "fileUploaded", "channel": "#files", "triggerWords": ["unasked"]})
    messages = Listener(server, receiver, {"event": "sendMessage", "channel": "#files"})
    message = upload(bea, room["_id"], msg="look", name="a cat.png").json()["message"]
    body = files.one()
    file_url = body.pop("file_url")
    assert body == {
        "token": TOKEN,
        "bot": False,
        **short_of(room),
        "message_id": message["_id"],
        "timestamp": message["ts"],
        **short,
        "text": "look",
        "siteUrl": SITE,
        "user": whole,
        "room": room_of(room, 1),
        "message": {
            **{key: message[key] for key in ("_id", "rid", "msg", "ts", "file", "files", "attachments")},
            "u": {"_id": short["user_id"], "username": "bea"},
        },
    }
    assert messages.one()["message_id"] == message["_id"]
    assert file_url.startswith(f"{SITE}/file-upload/{message['file']['_id']}/a%20cat.png?")
    fetched = server.client.get(file_url.removeprefix(SITE))
    assert (fetched.status_code, fetched.content) == (200, PNG)


def test_a_signed_link_is_good_for_one_file_and_ten_minutes(
    server: Running, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleo = server.user("cleo")
    room = channel(server, cleo, "vault", "groups")
    ids = [upload(cleo, room["_id"]).json()["message"]["file"]["_id"] for _ in range(2)]
    files = [server.run(server.engine.workspace.files.get(id)) for id in ids]
    assert file_links.GOOD_FOR_MS == 600_000
    mine, other = [server.run(server.engine.workspace.file_links.signed(file)) for file in files if file is not None]
    assert server.client.get(mine).status_code == 200
    path, _, query = mine.partition("?")
    for bad in (
        path,
        mine[:-1] + ("0" if mine[-1] != "0" else "1"),
        re.sub(r"expires=\d", "expires=9", mine),
        f"{path}?{other.partition('?')[2]}",
        f"{path}?{query}&expires=x".replace("expires=1", "expires=", 1),
        f"{path}?expires=99999999999999&signature=%C3%BC",
    ):
        assert server.client.get(bad).status_code == 403, bad
    monkeypatch.setattr(file_links, "GOOD_FOR_MS", 0)
    assert files[0] is not None
    assert server.client.get(server.run(server.engine.workspace.file_links.signed(files[0]))).status_code == 403


def test_a_message_in_a_direct_room_names_no_channel(server: Running, receiver: Receiver) -> None:
    dan = server.user("dan")
    server.user("eve")
    hears = [
        Listener(server, receiver, {"event": "sendMessage", "channel": name})
        for name in ("all_direct_messages", "@eve")
    ]
    deaf = Listener(server, receiver, {"event": "sendMessage", "channel": "all_public_channels,all_private_groups"})
    ask(dan, "POST", "chat.postMessage", channel="@eve", text="psst")
    for listener in hears:
        body = listener.one()
        assert body["text"] == "psst" and body["channel_id"] and "channel_name" not in body
    assert deaf.total() == 0


def test_a_room_that_is_made_but_no_direct_one(server: Running, receiver: Receiver) -> None:
    fay, short, whole = person(server, "fay")
    server.user("gus")
    created = Listener(server, receiver, {"event": "roomCreated"})
    joined = Listener(server, receiver, {"event": "roomJoined"})
    public = channel(server, fay, "made", members=["gus"])
    private = channel(server, fay, "made-too", "groups")
    ask(fay, "POST", "im.create", username="gus")
    assert server.admin.post("/api/v1/channels.create", json={"name": "made"}).status_code == 400
    for body, room, users in zip(created.sent(2), (public, private), (2, 1), strict=True):
        assert body == {
            "token": TOKEN,
            "bot": False,
            **short_of(room),
            "timestamp": room["ts"],
            **short,
            "owner": whole,
            "room": room_of(room, users),
        }
    assert joined.total() == 0


def test_a_room_that_is_archived(server: Running, receiver: Receiver) -> None:
    hal, short, whole = person(server, "hal")
    room = channel(server, hal, "attic")
    archived = Listener(server, receiver, {"event": "roomArchived", "channel": ""})
    ask(hal, "POST", "channels.archive", roomId=room["_id"])
    assert hal.post("/api/v1/channels.archive", json={"roomId": room["_id"]}).status_code == 400
    assert dated(archived.one()) == {
        "token": TOKEN,
        "bot": False,
        **short_of(room),
        **short,
        "user": whole,
        "room": room_of(room, 1),
    }


def test_who_joins_and_who_is_invited(server: Running, receiver: Receiver) -> None:
    ida = server.user("ida")
    jon, jon_short, jon_whole = person(server, "jon")
    kim, kim_short, _ = person(server, "kim")
    room = channel(server, ida, "party")
    joined = Listener(server, receiver, {"event": "roomJoined", "channel": "#party", "triggerWords": ["unasked"]})
    elsewhere = Listener(server, receiver, {"event": "roomJoined", "channel": "#general"})
    ask(jon, "POST", "channels.join", roomId=room["_id"])
    ask(jon, "POST", "channels.join", roomId=room["_id"])
    ask(ida, "POST", "channels.invite", roomId=room["_id"], usernames=["jon", "kim"])
    first, second = joined.sent(2)
    assert dated(first) == {
        "token": TOKEN,
        "bot": False,
        **short_of(room),
        **jon_short,
        "user": jon_whole,
        "room": room_of(room, 2),
    }
    assert second["user_id"] == kim_short["user_id"] and second["room"]["usersCount"] == 3
    # nobody joins #general but by signing up
    assert elsewhere.total() == 0


def test_who_is_joined_by_posting(server: Running, receiver: Receiver) -> None:
    hook = Hook(server)
    joined = Listener(server, receiver, {"event": "roomJoined", "channel": f"#{hook.room}"})
    for text in ("one", "two"):
        assert hook.post(json={"text": text}).status_code == 200
    body = joined.one()
    assert (body["user_name"], body["bot"], body["room"]["usersCount"]) == ("rocket.cat", True, 2)
    lea = server.user("lea")
    ask(lea, "POST", "chat.postMessage", channel=f"#{hook.room}", text="me too")
    assert [body["user_name"] for body in joined.sent(2)] == ["rocket.cat", "lea"]


def test_who_leaves_and_who_is_kicked(server: Running, receiver: Receiver) -> None:
    max_ = server.user("max")
    nan, short, whole = person(server, "nan")
    server.user("ole")
    room = channel(server, max_, "exit", members=["nan", "ole"])
    left = Listener(server, receiver, {"event": "roomLeft", "channel": "#exit"})
    ask(nan, "POST", "channels.leave", roomId=room["_id"])
    assert nan.post("/api/v1/channels.leave", json={"roomId": room["_id"]}).status_code == 400
    ask(max_, "POST", "channels.kick", roomId=room["_id"], username="ole")
    first, second = left.sent(2)
    assert dated(first) == {
        "token": TOKEN,
        "bot": False,
        **short_of(room),
        **short,
        "user": whole,
        "room": room_of(room, 2),
    }
    assert second["user_name"] == "ole" and second["room"]["usersCount"] == 1


def test_a_user_that_is_made_or_registers(server: Running, receiver: Receiver) -> None:
    created = Listener(server, receiver, {"event": "userCreated", "targetRoom": "#general"})
    _, short, whole = person(server, "pia")
    register = {"username": "quin", "name": "Quin", "email": "quin@example.com", "pass": "pw"}
    assert server.client.post("/api/v1/users.register", json=register).status_code == 200
    first, second = created.sent(2)
    record = ask(server.admin, "GET", "users.info", username="pia")["user"]
    assert first == {
        "token": TOKEN,
        "bot": False,
        "timestamp": record["createdAt"],
        **short,
        "user": whole,
    }
    assert (second["user_name"], second["user"]["name"]) == ("quin", "Quin")
    taken = {"username": "pia", "name": "x", "email": "x@example.com", "password": "pw"}
    assert server.admin.post("/api/v1/users.create", json=taken).status_code == 400
    assert created.total() == 2


def test_an_answer_goes_to_the_target_room_as_the_user_of_the_event(server: Running) -> None:
    with receiving(
        lambda _: Response(200, (("content-type", "application/json"),), b'{"text": "welcome"}')
    ) as answering:
        channel(server, server.admin, "lobby")
        Listener(server, answering, {"event": "userCreated", "targetRoom": "#lobby", "impersonateUser": True})
        server.user("rita")
        said: list[Any] = []

        def posted() -> bool:
            said[:] = ask(server.admin, "GET", "channels.messages", roomName="lobby")["messages"]
            return bool(said)

        wait_for(posted)
    assert (said[0]["msg"], said[0]["u"]["username"]) == ("welcome", "rita")
    assert said[0]["bot"]["i"]


def test_trigger_words_urls_and_groups_of_rooms(server: Running, receiver: Receiver) -> None:
    sam = server.user("sam")
    channel(server, sam, "words")
    group = channel(server, sam, "words-too", "groups")
    begins = Listener(server, receiver, {"event": "sendMessage", "channel": "#words", "triggerWords": ["no", "build"]})
    has = Listener(
        server,
        receiver,
        {"event": "sendMessage", "channel": "#words", "triggerWords": ["build"], "triggerWordAnywhere": True},
    )
    private = Listener(server, receiver, {"event": "sendMessage", "channel": "all_private_groups"})
    ask(sam, "POST", "chat.postMessage", channel="#words", text="build it")
    ask(sam, "POST", "chat.postMessage", channel="#words", text="please build it")
    ask(sam, "POST", "chat.postMessage", channel="#words", text="Build it")
    ask(sam, "POST", "chat.postMessage", roomId=group["_id"], text="hidden")
    assert begins.one()["trigger_word"] == "build"
    assert sorted(body["text"] for body in has.sent(2)) == ["build it", "please build it"]
    assert private.one()["text"] == "hidden"
    many = {"event": "sendMessage", "channel": "#words", "urls": [f"{receiver.url}/a", f"{receiver.url}/b"]}
    several = Listener(server, receiver, many)
    ask(sam, "POST", "chat.postMessage", channel="#words", text="twice")
    assert several.total() == 2
    wait_for(lambda: {"/a", "/b"} <= {request.target for request in receiver.requests})


def test_under_strict_rules_being_kicked_is_not_leaving(
    tmp_path_factory: pytest.TempPathFactory, receiver: Receiver
) -> None:
    with running(tmp_path_factory.mktemp("strict"), egress_allow="127.0.0.1", strict_compat=True) as strict:
        for name in ("tom", "una"):
            strict.user(name)
        una = strict.login("una", "pw")
        room = channel(strict, strict.admin, "exit", members=["tom", "una"])
        left = Listener(strict, receiver, {"event": "roomLeft", "channel": "#exit"})
        ask(strict.admin, "POST", "channels.kick", roomId=room["_id"], username="tom")
        assert left.total() == 0
        ask(una, "POST", "channels.leave", roomId=room["_id"])
        assert left.one()["user"]["username"] == "una"
