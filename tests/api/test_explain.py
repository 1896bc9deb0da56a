"""integrations.explain and `hookcell explain`: which integrations would hear an event, and why the others would not."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api.listening import ask
from tests.api.servers import Running
from tests.processes import HOOKCELL

EVENT: dict[str, Any] = {
    "event": "sendMessage",
    "room": {"_id": "GENERAL", "name": "general", "t": "c"},
    "user": {"_id": "u1", "username": "zoe", "name": "Zoe", "type": "user"},
    "message": {"_id": "m1", "msg": "!build it", "ts": "2026-03-01T12:00:00.000Z"},
}
RULES = ["enabled", "event", "channel", "edit", "triggerWords", "loopGuard", "backlog"]


def outgoing(server: Running, client: httpx2.Client | None = None, **fields: Any) -> str:
    record = {
        "type": "webhook-outgoing",
        "name": "out",
        "enabled": True,
        "username": "rocket.cat",
        "channel": "#general",
        "event": "sendMessage",
        "urls": ["http://receiver.test/"],
        "scriptEnabled": False,
        **fields,
    }
    id: str = ask(client or server.admin, "POST", "integrations.create", **record)["integration"]["_id"]
    return id


def explain(client: httpx2.Client, event: dict[str, Any], depth: int = 0, **params: str) -> dict[str, Any]:
    headers = {"X-Hookcell-Depth": str(depth)} if depth else {}
    query = {"event": json.dumps(event), **params}
    answer = client.get("/api/v1/integrations.explain", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def of(client: httpx2.Client, id: str, event: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """What is explained of one integration: `stops` are the words of the rules that stop it."""
    found = next(each for each in explain(client, event, depth, count="0")["integrations"] if each["_id"] == id)
    assert [rule["rule"] for rule in found["rules"]] == RULES
    stops = {rule["rule"]: rule["because"] for rule in found["rules"] if not rule["passed"]}
    assert found["fires"] is not bool(stops)
    return {**found, "stops": stops}


@pytest.fixture(scope="module", autouse=True)
def others(server: Running) -> Iterator[None]:
    """They are never among what is explained."""
    body = {"type": "webhook-incoming", "name": "in", "enabled": True, "username": "rocket.cat", "channel": "#general"}
    ask(server.admin, "POST", "integrations.create", **body, scriptEnabled=False)
    yield


def test_each_rule_says_what_it_found(server: Running) -> None:
    edited = {**EVENT, "message": {**EVENT["message"], "editedAt": "2026-03-01T12:00:01.000Z"}}
    fires = of(server.admin, outgoing(server, triggerWords=["!build"]), EVENT)
    assert (fires["fires"], fires["triggerWord"], fires["stops"]) == (True, "!build", {})
    for fields, event, depth, rule, words in (
        ({"enabled": False}, EVENT, 0, "enabled", "it is disabled"),
        ({"event": "roomJoined"}, EVENT, 0, "event", "it listens to roomJoined, this is sendMessage"),
        ({"channel": "all_direct_messages"}, EVENT, 0, "channel", "it hears all_direct_messages; this could be heard"),
        ({}, edited, 0, "edit", "this is an edit, and runOnEdits is false"),
        ({"triggerWords": ["!Build"]}, EVENT, 0, "triggerWords", "the text begins with none of '!Build'"),
        ({}, EVENT, 3, "loopGuard", "3 integrations in a row led here; hookcell.loopDepth is 3"),
    ):
        found = of(server.admin, outgoing(server, **fields), event, depth)
        assert list(found["stops"]) == [rule] and words in found["stops"][rule]
    mine = outgoing(server)
    own = {**EVENT, "message": {**EVENT["message"], "bot": {"i": mine}}}
    assert "does not answer itself" in of(server.admin, mine, own)["stops"]["loopGuard"]
    free = outgoing(server, hookcell={"loopGuard": False})
    assert of(server.admin, free, EVENT, 9)["fires"] is True


def test_what_is_explained_is_what_happens(server: Running) -> None:
    """The rules are those that accept events."""
    ids = [outgoing(server, name="truth", triggerWords=[word]) for word in ("!build", "!deploy")]
    answer = server.admin.post("/api/v1/integrations.emit", json=EVENT)
    assert answer.status_code == 202
    fired = {each["_id"] for each in explain(server.admin, EVENT, count="0")["integrations"] if each["fires"]}
    assert len(answer.json()["deliveries"]) == len(fired) and fired & set(ids) == {ids[0]}


def test_it_comes_in_pages_of_those_one_may_see(server: Running) -> None:
    ids = [outgoing(server, name=f"paged {number}") for number in range(3)]
    first = explain(server.admin, EVENT, name="PAGED", count="2")
    last = explain(server.admin, EVENT, name="PAGED", count="2", offset="2")
    assert [each["_id"] for page in (first, last) for each in page["integrations"]] == ids
    assert (first["event"], first["count"], first["items"], first["total"]) == ("sendMessage", 2, 2, 3)
    assert (last["offset"], last["count"], last["total"]) == (2, 1, 3)
    ask(
        server.admin,
        "POST",
        "permissions.update",
        permissions=[{"_id": "manage-own-outgoing-integrations", "roles": ["admin", "user"]}],
    )
    author = server.user("author")
    assert explain(author, EVENT)["total"] == 0
    mine = outgoing(server, author, name="mine")
    assert [each["_id"] for each in explain(author, EVENT)["integrations"]] == [mine]
    guest = server.user("guest", roles=["guest"])
    assert guest.get("/api/v1/integrations.explain", params={"event": "{}"}).status_code == 403


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("", "must NOT have fewer than 1 characters"),
        ("{", "event must be JSON: "),
        ("[]", "event must be an object"),
        ('{"a":' * 65 + "1" + "}" * 65, "event must NOT have more than 64 levels"),
        ('{"event": "nothing"}', "must be one of sendMessage"),
        ('{"event": "roomLeft"}', "must have required property 'room' for roomLeft"),
    ],
)
def test_what_is_wrong_is_said(server: Running, event: str, words: str) -> None:
    answer = server.admin.get("/api/v1/integrations.explain", params={"event": event})
    assert answer.status_code == 400 and words in answer.json()["error"]


def command(server: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "HOOKCELL_USER_ID": server.admin.headers["X-User-Id"],
        "HOOKCELL_AUTH_TOKEN": server.admin.headers["X-Auth-Token"],
        "COLUMNS": "200",
    }
    url = str(server.client.base_url)
    return subprocess.run(
        [HOOKCELL, "explain", *arguments, "--url", url], env=environment, capture_output=True, text=True
    )


def test_the_command_tells_it(server: Running, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(EVENT, indent=1))
    ids = [outgoing(server, name=f"told {word}", triggerWords=[word]) for word in ("!build", "[bold]!deploy")]
    done = command(server, str(file), "--name", "told")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"fires  told !build ({ids[0]})" in done.stdout
    assert "triggerWords: the text begins with '!build'" in done.stdout
    assert f"no     told [bold]!deploy ({ids[1]})" in done.stdout
    assert done.stdout.endswith("1 of 2 would be told.\n")
    first = command(server, str(file), "--name", "told", "--limit", "1")
    assert first.stdout.endswith("1 of the first 1 would be told; there are 2, and --limit shows more.\n")
    lines = command(server, str(file), "--name", "told", "--json", "--limit", "1").stdout.splitlines()
    assert [json.loads(line)["_id"] for line in lines] == ids[:1]


def test_the_command_says_what_is_wrong(server: Running, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    assert command(server, str(file)).returncode == 2
    file.write_text("{")
    assert "is no event in JSON" in " ".join(command(server, str(file)).stderr.split())
    file.write_text(json.dumps({"event": "x" * 1_048_576}))
    assert "it has more than 1,048,576 bytes" in " ".join(command(server, str(file)).stderr.split())
    file.write_text(json.dumps({"event": "ü" * 8_192}, ensure_ascii=False))
    assert "may have 16384: shorten the text" in " ".join(command(server, str(file)).stderr.split())
    file.write_text('{"event": "roomLeft"}')
    done = command(server, str(file))
    assert done.returncode == 1 and "must have required property 'room' for roomLeft" in done.stderr
