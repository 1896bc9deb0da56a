"""integrations.deliveries over HTTP and by the command line: who sees what waits, and what they do about it."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, select, update
from typer.testing import CliRunner, Result

from api.cli import app
from engine.store.schema import deliveries
from tests.api.servers import Running, running
from tests.processes import receiving, wait_for
from tests.receiver import Response

PATH = "/api/v1/integrations.deliveries"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One that may send to this machine."""
    with running(tmp_path_factory.mktemp("server"), egress_allow=("127.0.0.1",)) as started:
        yield started


def create(server: Running, url: str, client: httpx2.Client | None = None, **fields: object) -> str:
    record = {"type": "webhook-outgoing", "name": "out", "event": "sendMessage", "enabled": True, "urls": [url]}
    record |= {"channel": "#general", "username": "rocket.cat", "scriptEnabled": False, **fields}
    answer = (client or server.admin).post("/api/v1/integrations.create", json=record)
    assert answer.status_code == 200, answer.text
    id: str = answer.json()["integration"]["_id"]
    return id


def say(server: Running, text: str) -> None:
    answer = server.admin.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": text})
    assert answer.status_code == 200, answer.text


def listed(server: Running, id: str, client: httpx2.Client | None = None, **params: str) -> Any:
    answer = (client or server.admin).get(PATH, params={"integrationId": id, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def until(server: Running, id: str, state: str, **also: object) -> Any:
    for _ in range(1_000):
        found = listed(server, id, state=state)["deliveries"]
        if found and all(found[0].get(key) == value for key, value in also.items()):
            return found[0]
        time.sleep(0.01)
    raise AssertionError(listed(server, id, state="pending,claimed,held,failed,finished"))


def tried(server: Running, id: str) -> int:
    """How many wait for their second attempt."""
    waiting = listed(server, id, state="pending")["deliveries"]
    return sum(delivery["attempts"] == 1 for delivery in waiting)


def act(server: Running, command: str, client: httpx2.Client | None = None, **which: str) -> httpx2.Response:
    return (client or server.admin).post(f"{PATH}.{command}", json=which)


def hold(connection: Connection, integration_id: str) -> None:
    """As if it had ended three processes."""
    theirs = update(deliveries).where(deliveries.c.integration_id == integration_id, deliveries.c.state == "pending")
    connection.execute(theirs.values(state="held", held_reason="interrupted", interruptions=3))


def at_rest(connection: Connection, id: str) -> Any:
    return connection.execute(select(deliveries).where(deliveries.c.id == id)).one_or_none()


RETRIES: dict[str, Any] = {"retryFailedCalls": True, "retryCount": 3, "retryDelay": "powers-of-two"}
# whatever the schedule says, no test is so slow that it is tried again by itself
DOWN = Response(503, (("Retry-After", "600"),))


def test_what_waits_is_sent_now_and_what_failed_is_sent_again_as_a_new_one(server: Running) -> None:
    answers = [DOWN, Response(500), Response(200)]
    with receiving(lambda _: answers.pop(0)) as receiver:
        id = create(
            server, receiver.url, triggerWords=["!now"], retryFailedCalls=True, retryCount=1, retryDelay="powers-of-two"
        )
        say(server, "!now")
        waiting = until(server, id, "pending", statusCode=503)
        assert (waiting["attempts"], waiting["step"], waiting["triggerWord"]) == (1, "going-to-retry-1", "!now")
        assert waiting["room"] == {"_id": "GENERAL", "name": "general"} and waiting["due"]
        assert act(server, "sendAgain", deliveryId=waiting["_id"]).json()["errorType"] == "error-invalid-delivery-state"
        assert act(server, "send", deliveryId=waiting["_id"]).json() == {"count": 1, "success": True}
        failed = until(server, id, "failed")
        assert failed["statusCode"] == 500 and failed["_id"] == waiting["_id"]
        refused = act(server, "send", deliveryId=failed["_id"])
        assert refused.status_code == 400 and "The delivery is failed" in refused.json()["error"]
        again = act(server, "sendAgain", deliveryId=failed["_id"]).json()
        finished = until(server, id, "finished")
        assert finished["_id"] == again["delivery"] != failed["_id"]
        keys = [request.header("idempotency-key") for request in receiver.requests]
        assert keys == [failed["_id"], failed["_id"], again["delivery"]]
        assert listed(server, id)["total"] == 1


def test_what_is_held_is_released_or_dropped(server: Running) -> None:
    with receiving(lambda _: DOWN) as receiver:
        id = create(server, receiver.url, triggerWords=["!hold"], token="a-token-nobody-may-see", **RETRIES)
        for number in range(3):
            say(server, f"!hold {number}")
        wait_for(lambda: tried(server, id) == 3)
        server.do(hold, id)
        first, second, _ = listed(server, id, state="held")["deliveries"]
        assert first["heldReason"] == "interrupted"
        before = len(receiver.requests)
        assert act(server, "release", deliveryId=first["_id"]).json()["count"] == 1
        until(server, id, "pending", attempts=2)
        assert len(receiver.requests) == before + 1
        assert act(server, "drop", deliveryId=second["_id"]).json()["count"] == 1
        row = server.run(server.engine.store.read(at_rest, second["_id"]))
        assert row.state == "finished" and b"a-token-nobody-may-see" not in row.request
        history = server.admin.get("/api/v1/integrations.history", params={"id": id}).json()["history"]
        dropped = next(record for record in history if record["delivery"] == second["_id"])
        assert (dropped["step"], dropped["finished"], dropped["steps"][-1]["by"]) == ("dropped", True, "admin")
        assert act(server, "drop", integrationId=id).json()["count"] == 2
        assert listed(server, id)["total"] == 0


def test_all_of_an_integration_are_released_and_sent_at_once_and_no_other_ones(server: Running) -> None:
    with receiving(lambda _: DOWN) as receiver:
        one = create(server, receiver.url, triggerWords=["!all"], **RETRIES)
        other = create(server, receiver.url, triggerWords=["!all"], **RETRIES)
        for _ in range(3):
            say(server, "!all")
        wait_for(lambda: tried(server, one) == 3 and tried(server, other) == 3)
        server.do(hold, one)
        assert act(server, "send", integrationId=one).json()["count"] == 0
        assert act(server, "release", integrationId=one).json()["count"] == 3
        assert listed(server, other, state="held")["total"] == 0
        for id in (one, other):
            act(server, "drop", integrationId=id)


def test_a_list_has_pages_and_states_and_says_what_it_does_not_know(server: Running) -> None:
    id = create(server, "http://10.1.2.3/", triggerWords=["!page"])
    for _ in range(3):
        say(server, "!page")
    wait_for(lambda: listed(server, id, state="failed")["total"] == 3)
    ids = [delivery["_id"] for delivery in listed(server, id)["deliveries"]]
    page = listed(server, id, offset="1", count="1")
    assert [delivery["_id"] for delivery in page["deliveries"]] == ids[1:2]
    assert (page["offset"], page["count"], page["total"]) == (1, 1, 3)
    assert page["deliveries"][0]["httpError"]["kind"] == "refused-by-policy"
    assert listed(server, id, state="held, finished")["total"] == 0
    wrong = server.admin.get(PATH, params={"state": "lost"})
    assert wrong.status_code == 400 and "must be one of pending, claimed" in wrong.json()["error"]
    for body in ({}, {"deliveryId": "a", "integrationId": "b"}):
        assert "either deliveryId" in server.admin.post(f"{PATH}.drop", json=body).json()["error"]


def test_who_may_manage_an_integration_sees_its_deliveries_and_nobody_else(server: Running) -> None:
    roles = {"permissions": [{"_id": "manage-own-outgoing-integrations", "roles": ["admin", "bot"]}]}
    server.admin.post("/api/v1/permissions.update", json=roles)
    owner = server.user("deliveries.owner", roles=["bot"])
    nobody = server.user("deliveries.nobody")
    foreign = create(server, "http://10.1.2.3/", triggerWords=["!whose"])
    own = create(server, "http://10.1.2.3/", client=owner, triggerWords=["!whose"])
    say(server, "!whose")
    theirs, ours = until(server, foreign, "failed"), until(server, own, "failed")
    assert nobody.get(PATH).status_code == 403
    assert nobody.post(f"{PATH}.sendAgain", json={"deliveryId": ours["_id"]}).status_code == 403
    everything = owner.get(PATH).json()
    assert [delivery["_id"] for delivery in everything["deliveries"]] == [ours["_id"]]
    assert owner.get(PATH, params={"integrationId": foreign}).json()["errorType"] == "error-invalid-integration"
    for command in ("send", "sendAgain", "release", "drop"):
        for id in (theirs["_id"], "unknown"):
            answer = act(server, command, owner, deliveryId=id)
            assert answer.json()["errorType"] == "error-invalid-delivery", command
    assert act(server, "sendAgain", owner, deliveryId=ours["_id"]).status_code == 200


def test_what_is_being_sent_is_left_alone(server: Running) -> None:
    with receiving(lambda _: Response(200, delay=60)) as receiver:
        id = create(server, receiver.url, triggerWords=["!slow"])
        say(server, "!slow")
        busy = until(server, id, "claimed")
        for command in ("send", "sendAgain", "release", "drop"):
            answer = act(server, command, deliveryId=busy["_id"])
            assert "being sent right now" in answer.json()["error"], command


@pytest.fixture
def cli(server: Running) -> Any:
    def run(*words: str, **environment: str) -> Result:
        headers = server.admin.headers
        known = {"HOOKCELL_USER_ID": headers["x-user-id"], "HOOKCELL_AUTH_TOKEN": headers["x-auth-token"]}
        known |= {"HOOKCELL_URL": str(server.client.base_url), "COLUMNS": "200", **environment}
        return CliRunner().invoke(app, ["deliveries", *words], env=known)

    return run


def test_the_command_line_does_the_same(server: Running, cli: Any) -> None:
    down = [True]

    with receiving(lambda _: DOWN if down[0] else Response(200)) as receiver:
        id = create(server, receiver.url, triggerWords=["!cli"], **RETRIES)
        assert cli("list", "--integration", id).stdout == "There are none.\n"
        for _ in range(2):
            say(server, "!cli")
        wait_for(lambda: tried(server, id) == 2)
        server.do(hold, id)
        shown = cli("list", "--integration", id)
        assert "held (interrupted)" in shown.stdout and "503" in shown.stdout and shown.exit_code == 0
        assert cli("list", "--integration", id, COLUMNS="40").stdout == shown.stdout
        heading, *told = shown.stdout.splitlines()
        assert heading.split() == ["delivery", "state", "tries", "last", "integration", "created", "url"]
        lines = cli("list", "--integration", id, "--json").stdout.splitlines()
        assert [line.split()[0] for line in told] == [json.loads(line)["_id"] for line in lines]
        assert all(id in line and line.endswith(f"  {receiver.url}") for line in told)
        first, second = [json.loads(line)["_id"] for line in lines]
        assert cli("drop", first).stdout == "1 delivery dropped.\n"
        down[0] = False
        assert cli("release", "--integration", id).stdout == "1 delivery released.\n"
        wait_for(lambda: listed(server, id, state="finished")["total"] == 2)
        assert (
            cli("list", "--integration", id, "--state", "finished", "--json", "--limit", "1").stdout.count(second) == 0
        )
        assert cli("send", "--integration", id).stdout == "0 deliveries sent now.\n"
        assert "Sent again as" in cli("again", first).stdout


def test_the_command_line_says_what_is_missing(server: Running, cli: Any) -> None:
    nobody = cli("list", HOOKCELL_AUTH_TOKEN="", HOOKCELL_URL="http://127.0.0.1:9")
    assert (nobody.exit_code, nobody.stderr) == (2, "Log in first: hookcell login http://127.0.0.1:9\n")
    both = cli("drop")
    assert both.exit_code == 2 and "--integration" in both.stderr
    unknown = cli("drop", "unknown")
    assert unknown.exit_code == 1 and "Invalid delivery; see hookcell deliveries list" in unknown.stderr
    away = cli("list", HOOKCELL_URL="http://127.0.0.1:9")
    assert away.exit_code == 1 and "GET /api/v1/integrations.deliveries" in away.stderr
