"""Where a message goes: the override rule, each form of destination, several of them, and rooms one may not post to."""

from typing import Any

import pytest

from tests.api.hooks import Hook
from tests.api.servers import Running
from tests.compat.hooks.facts import OK

OVERRIDING = "overriding destination channel is disabled for this integration"
READ_ONLY = "You can't send messages because the room is readonly."


def created(server: Running, endpoint: str, key: str, **body: object) -> dict[str, Any]:
    answer = server.admin.post(f"/api/v1/{endpoint}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()[key]
    return found


@pytest.fixture(scope="module")
def places(server: Running) -> dict[str, str]:
    """What a body names, by a word for it."""
    channel = created(server, "channels.create", "channel", name="open")
    group = created(server, "groups.create", "group", name="closed")
    shared = created(server, "groups.create", "group", name="shared", members=["rocket.cat"])
    created(server, "channels.create", "channel", name="announcements", readOnly=True)
    server.user("someone")
    someone = server.login("someone", "pw").get("/api/v1/me").json()["_id"]
    return {
        "#name": "#open",
        "#id": f"#{channel['_id']}",
        "name": "open",
        "id": channel["_id"],
        "@username": "@someone",
        "@id": f"@{someone}",
        "user id": someone,
        "#group": "#shared",
        "group id": shared["_id"],
        "#foreign group": "#closed",
        "foreign group id": group["_id"],
        "read-only": "#announcements",
    }


@pytest.fixture(scope="module")
def open_hook(server: Running) -> Hook:
    return Hook(server, overrideDestinationChannelEnabled=True)


ROUTES = {
    "#name": None,
    "#id": None,
    "name": None,
    "id": None,
    "@username": None,
    "@id": None,
    "user id": None,
    "#group": None,
    "group id": None,
    "#foreign group": "error-not-allowed",
    "foreign group id": "error-not-allowed",
    "read-only": READ_ONLY,
    "#nowhere": "invalid-channel",
    "@nobody": "invalid-channel",
    "someone": "invalid-channel",
    "#OPEN": "invalid-channel",
    "all_public_channels": "invalid-channel",
    "#": "invalid-channel",
    "open,general": "invalid-channel",
}


@pytest.mark.parametrize(
    ("place", "error", "key"),
    [
        *((*route, "channel") for route in ROUTES.items()),
        ("id", None, "roomId"),
        ("#nowhere", "invalid-channel", "roomId"),
    ],
)
def test_a_destination_that_a_body_names(
    open_hook: Hook, places: dict[str, str], place: str, error: str | None, key: str
) -> None:
    answer = open_hook.post(json={"text": place, key: places.get(place, place)})
    expected = (200, OK) if error is None else (400, {"success": False, "error": error})
    assert (answer.status_code, answer.json()) == expected
    assert open_hook.total() == 0


OVERRIDES = {
    "channel while override is off": ({"channel": "#general"}, OVERRIDING),
    "roomId while override is off": ({"roomId": "GENERAL"}, OVERRIDING),
    "a blank channel names none": ({"channel": ""}, None),
    "an empty list names none": ({"channel": []}, None),
    "null names none": ({"channel": None, "roomId": None}, None),
}


@pytest.mark.parametrize(("fields", "error"), OVERRIDES.values(), ids=OVERRIDES)
def test_a_destination_must_be_allowed(server: Running, fields: dict[str, Any], error: str | None) -> None:
    hook = Hook(server)
    answer = hook.post(json={"text": "t", **fields})
    assert answer.status_code == (200 if error is None else 400)
    assert answer.json() == (OK if error is None else {"success": False, "error": error})
    assert hook.total() == (1 if error is None else 0)


def test_a_scripts_content_is_under_the_same_rule(server: Running) -> None:
    script = "def process_incoming(request):\n    return {'content': {'text': 't', 'channel': '#general'}}\n"
    answer = Hook(server, script).post(json={})
    assert (answer.status_code, answer.json()["error"]) == (400, OVERRIDING)


def test_a_script_runs_before_the_rule_is_looked_at(server: Running) -> None:
    hook = Hook(server, "def process_incoming(request):\n    return {'error': 'mine'}\n")
    assert hook.post(json={"channel": "#general"}).json()["error"] == "mine"
    kept = Hook(server, "def process_incoming(request):\n    return {'content': {'text': 't'}}\n")
    assert kept.post(json={"channel": "#general"}).json() == OK


def test_channel_beats_room_id_and_each_counts_once(server: Running) -> None:
    other = Hook(server)
    hook = Hook(server, overrideDestinationChannelEnabled=True)
    here = f"#{hook.room}"
    hook.post(json={"text": "t", "channel": [here, here], "roomId": f"#{other.room}"})
    assert (hook.total(), other.total()) == (1, 0)


def test_every_configured_channel_gets_the_message(server: Running) -> None:
    other = Hook(server)
    hook = Hook(server)
    both = Hook(server, channel=f"#{hook.room},#{other.room}")
    assert both.post(json={"text": "t"}).json() == OK
    assert (hook.total(), other.total(), both.total()) == (1, 1, 0)


def test_posting_joins_a_public_channel_only(server: Running, places: dict[str, str]) -> None:
    hook = Hook(server)
    hook.post(json={"text": "t"})
    room = server.run(server.engine.workspace.room(name=hook.room))
    assert room is not None and server.run(server.engine.workspace.is_member(room.id, "rocket.cat"))
    closed = server.run(server.engine.workspace.room(name="closed"))
    assert closed is not None and not server.run(server.engine.workspace.is_member(closed.id, "rocket.cat"))


def test_several_are_all_checked_before_any_is_sent(server: Running) -> None:
    hook = Hook(server, overrideDestinationChannelEnabled=True)
    answer = hook.post(json={"text": "t", "channel": [f"#{hook.room}", "#nowhere"]})
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "invalid-channel"})
    assert hook.total() == 0


CARRIED = (
    "def process_incoming(request):\n    return {'content': {'text': 't', 'channel': request['content']['channel']}}\n"
)
OWN = "def process_incoming(request):\n    content = {**request['content'], 'separateResponse': False}\n    return {'content': content}\n"


def test_each_is_tried_where_the_sender_wants_to_know_of_each(server: Running, places: dict[str, str]) -> None:
    for script in (None, CARRIED):
        hook = Hook(server, script, overrideDestinationChannelEnabled=True)
        body = {"text": "t", "channel": [f"#{hook.room}", "#nowhere", "#closed"], "separateResponse": True}
        answer = hook.post(json=body)
        assert answer.status_code == 200
        posted, *failed = answer.json()["responses"]
        assert posted["channel"] == f"#{hook.room}" and posted["message"]["msg"] == "t"
        assert failed == [
            {"channel": "#nowhere", "error": "invalid-channel"},
            {"channel": "#closed", "error": "error-not-allowed"},
        ]
        assert answer.json()["success"] is True and hook.texts() == ["t"]


def test_where_none_of_them_worked_the_request_failed(server: Running) -> None:
    hook = Hook(server, overrideDestinationChannelEnabled=True)
    answer = hook.post(json={"text": "t", "channel": "#nowhere", "separateResponse": True})
    assert answer.status_code == 400
    assert answer.json() == {
        "responses": [{"channel": "#nowhere", "error": "invalid-channel"}],
        "success": False,
    }


def test_a_script_may_say_itself_whether_each_is_told(server: Running) -> None:
    hook = Hook(server, OWN, overrideDestinationChannelEnabled=True)
    answer = hook.post(json={"text": "t", "channel": [f"#{hook.room}", "#nowhere"], "separateResponse": True})
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "invalid-channel"})


def test_a_hundred_destinations_at_most(server: Running) -> None:
    hook = Hook(server, overrideDestinationChannelEnabled=True)
    answer = hook.post(json={"text": "t", "channel": [f"#r{number}" for number in range(101)]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid-channel")


def test_all_rooms_of_a_kind(server: Running) -> None:
    """Of the posting user, who has none of its own making here."""
    name = "everywhere" + ("-strict" if server.engine.settings.strict_compat else "")
    server.user(name)
    created(server, "groups.create", "group", name=f"{name}-group", members=[name])
    body = {
        "type": "webhook-incoming",
        "name": "all",
        "enabled": True,
        "scriptEnabled": False,
        "username": name,
        "channel": "all_private_groups",
    }
    made = server.admin.post("/api/v1/integrations.create", json=body)
    if server.engine.settings.strict_compat:
        assert (made.status_code, made.json()["errorType"]) == (400, "error-invalid-channel-start-with-chars")
        return
    record = made.json()["integration"]
    assert server.client.post(f"/hooks/{record['_id']}/{record['token']}", json={"text": "t"}).json() == OK
    found = server.admin.get("/api/v1/groups.messages", params={"roomName": f"{name}-group"}).json()["messages"]
    assert [message["msg"] for message in found if message["u"]["username"] == name] == ["t"]
