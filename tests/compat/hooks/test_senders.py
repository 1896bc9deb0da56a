"""What a sender is told before anything runs: ids and tokens, both urls, users that are gone, disabled hooks."""

import pytest
from sqlalchemy import Connection, update

from engine.store.schema import users
from engine.store.users import delete_user
from tests.api.hooks import Hook
from tests.api.servers import Running
from tests.compat.hooks.facts import OK

UNKNOWN = {"success": False, "error": "Invalid integration id or token provided."}
GONE = "You must be logged in to do this."
LACKS = {"success": False, "error": "error-user-lacks-message-impersonate-permission"}


def demote(connection: Connection, user_id: str) -> None:
    connection.execute(update(users).where(users.c.id == user_id).values(roles=["user"]))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("{id}/{token}", 200),
        ("{id}/whoever/{token}", 200),
        ("{id}/{quoted}", 200),
        ("{id}/{token}x", 404),
        ("{id}/x", 404),
        ("none/{token}", 404),
        ("{id}/{token}/x", 404),
        ("{id}/%ED%A0%80", 404),
        ("%00/{token}", 404),
    ],
)
def test_the_url_is_the_secret(server: Running, method: str, path: str, status: int) -> None:
    hook = Hook(server)
    id, token = hook.record["_id"], hook.record["token"]
    quoted = "".join(f"%{ord(character):02x}" for character in token)
    answer = server.client.request(method, "/hooks/" + path.format(id=id, token=token, quoted=quoted))
    assert answer.status_code == status
    assert answer.json() == (OK if status == 200 else UNKNOWN)
    assert ("x-hookcell-run" in answer.headers) is (status == 200)


def test_an_outgoing_integration_has_no_hook(server: Running) -> None:
    body = {
        "type": "webhook-outgoing",
        "name": "out",
        "enabled": True,
        "event": "sendMessage",
        "username": "rocket.cat",
        "urls": ["https://a.example/"],
        "channel": "#general",
        "scriptEnabled": False,
        "token": "known",
    }
    record = server.admin.post("/api/v1/integrations.create", json=body).json()["integration"]
    assert server.client.post(f"/hooks/{record['_id']}/known", json={}).status_code == 404
    server.admin.post("/api/v1/integrations.remove", json={"type": body["type"], "integrationId": record["_id"]})


def test_a_posting_user_that_is_gone_is_401(server: Running) -> None:
    strict = server.engine.settings.strict_compat
    name = "leaver-strict" if strict else "leaver"
    server.user(name, roles=["bot"])
    hook = Hook(server, username=name, enabled=False)
    assert hook.post(json={"text": "t"}).status_code == 503
    server.do(delete_user, hook.record["userId"])
    answer = hook.post(json={"text": "t"})
    assert answer.status_code == 401
    assert answer.json() == {"success": False, "status": "error", "message": GONE, "error": GONE}
    assert hook.runs()[0]["run"] == answer.headers["x-hookcell-run"]
    assert hook.runs()[0]["step"] == "posting-user-gone"


def test_a_disabled_hook_is_503_before_its_body_is_looked_at(server: Running) -> None:
    hook = Hook(server, enabled=False)
    answer = hook.post(data={"payload": "[]"})
    assert (answer.status_code, answer.json()) == (503, {"success": False, "error": "Service Unavailable"})


def test_who_may_post_under_another_name(server: Running) -> None:
    """The 8.x rule, which the original asks at both ends."""
    strict = server.engine.settings.strict_compat
    server.user("plain-strict" if strict else "plain")
    if not strict:
        hook = Hook(server, username="plain", alias="Somebody")
        assert hook.post(json={"text": "t"}).json() == OK
        assert hook.messages()[0]["alias"] == "Somebody"
        return
    server.user("former", roles=["bot"])
    hook = Hook(server, username="former")
    server.do(demote, hook.record["userId"])
    answer = hook.post(data={"payload": "[]"})
    assert (answer.status_code, answer.json()) == (400, LACKS)


AS_OTHERS = "def process_incoming(request):\n    return {'content': {'text': 't'}, 'user': request['content']}\n"


def test_whose_name_a_script_may_post_in(server: Running) -> None:
    """Asked of the record's creator, strictly of nobody; but for a user that is not there, or not active, in both."""
    strict = server.engine.settings.strict_compat
    give = {"permissions": [{"_id": "manage-own-incoming-integrations", "roles": ["admin", "leader"]}]}
    assert server.admin.post("/api/v1/permissions.update", json=give).status_code == 200
    server.user("lender-of-names")
    creator = server.user("creator", roles=["leader", "user"])
    room = creator.post("/api/v1/channels.create", json={"name": "of-creator"}).json()["channel"]["_id"]
    body = {
        "type": "webhook-incoming",
        "name": "as others",
        "enabled": True,
        "username": "rocket.cat",
        "channel": f"#{room}",
        "scriptEnabled": True,
        "script": AS_OTHERS,
    }
    made = creator.post("/api/v1/integrations.create", json=body)
    assert made.status_code == 200, made.text
    record = made.json()["integration"]
    path = f"/hooks/{record['_id']}/{record['token']}"
    answer = server.client.post(path, json={"username": "lender-of-names"})
    refused = (400, {"success": False, "error": "error-not-allowed"})
    assert (answer.status_code, answer.json()) == ((200, OK) if strict else refused)
    found = creator.get("/api/v1/channels.messages", params={"roomId": room}).json()["messages"]
    assert [message["u"]["username"] for message in found] == (["lender-of-names"] if strict else [])

    hook = Hook(server, AS_OTHERS)
    assert hook.post(json={"username": "lender-of-names"}).json() == OK
    sleeper = server.user("sleeper").headers["X-User-Id"]
    change = {"userId": sleeper, "data": {"active": False}}
    assert server.admin.post("/api/v1/users.update", json=change).status_code == 200
    for named in ({"username": "nobody"}, {"_id": sleeper}):
        assert hook.post(json=named).json() == {"success": False, "error": "error-invalid-user"}
    assert [message["u"]["username"] for message in hook.messages()] == ["lender-of-names"]
