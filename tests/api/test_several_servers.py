"""Two servers on one database, which hear nothing from each other: what holds on one holds on the other at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api.servers import Running, running
from tests.api.test_uploads import PNG, upload
from tests.postgres import database
from tests.processes import receiving, wait_for
from tests.proxies import proxy
from tests.receiver import Received, Receiver, Response


@dataclass
class Pair:
    one: Running
    other: Running


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder: Path = tmp_path_factory.mktemp("servers")
    with database() as url, proxy(url, notifications=False) as deaf:
        settings: dict[str, Any] = {"database_url": deaf.url, "egress_allow": ("127.0.0.1",)}
        with running(folder / "one", **settings) as one, running(folder / "other", **settings) as other:
            yield Pair(one, other)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    def answer(_: Received) -> Response:
        return Response(200)

    with receiving(answer) as started:
        yield started


def done(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def say(server: Running, text: str) -> None:
    done(server.admin.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": text}))


def outgoing(server: Running, receiver: Receiver, name: str) -> dict[str, Any]:
    fields = {"type": "webhook-outgoing", "name": name, "event": "sendMessage", "enabled": True}
    fields |= {
        "urls": [f"{receiver.url}/{name}"],
        "channel": "#general",
        "username": "rocket.cat",
        "scriptEnabled": False,
    }
    created: dict[str, Any] = done(server.admin.post("/api/v1/integrations.create", json=fields))["integration"]
    return created


def texts(receiver: Receiver, name: str) -> list[str]:
    return [request.body.decode() for request in list(receiver.requests) if request.target == f"/{name}"]


def test_an_integration_hears_the_very_next_event_that_another_server_accepts(pair: Pair, receiver: Receiver) -> None:
    # each has an index by now
    say(pair.one, "before")
    say(pair.other, "before")
    created = outgoing(pair.one, receiver, "next")
    say(pair.other, "heard")
    wait_for(lambda: texts(receiver, "next"))
    assert "heard" in texts(receiver, "next")[0]
    changed = {"integrationId": created["_id"], "enabled": False, "type": "webhook-outgoing", "name": "next"}
    kept = {name: created[name] for name in ("event", "urls", "username", "scriptEnabled")}
    done(pair.one.admin.put("/api/v1/integrations.update", json={**changed, **kept, "channel": "#general"}))
    say(pair.other, "not heard")
    listed = done(pair.other.admin.get("/api/v1/integrations.history", params={"id": created["_id"]}))
    assert listed["total"] == 1


def test_a_hook_answers_at_every_server_and_its_old_token_at_none(pair: Pair) -> None:
    fields = {"type": "webhook-incoming", "name": "hook", "enabled": True, "username": "rocket.cat"}
    fields |= {"channel": "#general", "scriptEnabled": True}
    script = "def process_incoming(request):\n    return {'content': {'text': 'by the hook'}}\n"
    created = done(pair.one.admin.post("/api/v1/integrations.create", json={**fields, "script": script}))["integration"]
    path = f"/hooks/{created['_id']}/{created['token']}"
    assert pair.other.client.post(path, json={}).status_code == 200
    done(pair.one.admin.post("/api/v1/integrations.rotateToken", json={"integrationId": created["_id"]}))
    assert pair.other.client.post(path, json={}).status_code == 404


def test_what_somebody_may_do_is_the_same_everywhere(pair: Pair) -> None:
    pair.one.user("carol")
    carol = pair.other.login("carol", "pw")

    def allow(roles: list[str]) -> None:
        body = {"permissions": [{"_id": "create-c", "roles": roles}]}
        done(pair.one.admin.post("/api/v1/permissions.update", json=body))

    allow(["admin"])
    assert carol.post("/api/v1/channels.create", json={"name": "carols"}).status_code == 403
    allow(["admin", "user"])
    done(carol.post("/api/v1/channels.create", json={"name": "carols"}))


def test_a_token_that_is_revoked_opens_nothing_anywhere(pair: Pair) -> None:
    dave = pair.one.user("dave")
    headers = {name: dave.headers[name] for name in ("X-Auth-Token", "X-User-Id")}
    assert pair.other.client.get("/api/v1/me", headers=headers).status_code == 200
    done(dave.post("/api/v1/logout"))
    assert pair.other.client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_file_is_had_from_every_server(pair: Pair) -> None:
    message = done(upload(pair.one.admin, "GENERAL"))["message"]
    got = pair.other.admin.get(message["attachments"][0]["title_link"])
    assert (got.status_code, got.content) == (200, PNG)


def test_tries_to_log_in_are_counted_together(pair: Pair) -> None:
    pair.one.user("erin")
    for number in range(10):
        server = (pair.one, pair.other)[number % 2]
        wrong = server.client.post("/api/v1/login", json={"user": "erin", "password": "guessed"})
        assert wrong.status_code == 401
    for server in (pair.one, pair.other):
        right = server.client.post("/api/v1/login", json={"user": "erin", "password": "pw"})
        assert right.status_code == 429
