"""integrations.history over HTTP, with what a webhook and a delivery leave there."""

import time
from typing import Any

import pytest

from tests.api.servers import Running

OUTGOING: dict[str, object] = {
    "type": "webhook-outgoing",
    "name": "out",
    "event": "sendMessage",
    "enabled": True,
    "channel": "#general",
    "username": "rocket.cat",
    "triggerWords": ["!call"],
    "urls": ["http://10.1.2.3/hook"],
    "token": "a-token-nobody-may-see",
    "scriptEnabled": False,
}
INCOMING: dict[str, object] = {
    "type": "webhook-incoming",
    "name": "in",
    "enabled": True,
    "channel": "#general",
    "username": "rocket.cat",
    "scriptEnabled": True,
    "script": "def process_incoming(request):\n    print('seen')\n    return {'content': {'text': request['content']['missing']}}\n",
}


def create(server: Running, body: dict[str, object]) -> Any:
    answer = server.admin.post("/api/v1/integrations.create", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["integration"]


def history(server: Running, id: str) -> Any:
    answer = server.admin.get("/api/v1/integrations.history", params={"id": id})
    assert answer.status_code == 200, answer.text
    return answer.json()


def until_ended(server: Running, id: str) -> Any:
    for _ in range(1_000):
        body = history(server, id)
        if body["history"] and body["history"][0]["finished"]:
            return body
        time.sleep(0.01)
    raise AssertionError(body)


def test_a_delivery_is_shown_step_by_step(server: Running) -> None:
    id = create(server, OUTGOING)["_id"]
    assert history(server, id) == {
        "history": [],
        "offset": 0,
        "items": 0,
        "count": 0,
        "total": 0,
        "success": True,
    }
    said = server.admin.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": "!call"})
    assert said.status_code == 200
    body = until_ended(server, id)
    (record,) = body["history"]
    assert (body["items"], body["count"], body["total"]) == (1, 1, 1)
    assert (record["type"], record["error"], record["triggerWord"]) == ("outgoing-webhook", True, "!call")
    assert "HOOKCELL_EGRESS_ALLOW=10.1.2.3/32" in record["httpError"]["message"]
    assert "a-token-nobody-may-see" not in str(body)


def test_a_webhook_is_shown_with_its_log_its_receipt_and_its_line(server: Running) -> None:
    integration = create(server, INCOMING)
    hook = f"/hooks/{integration['_id']}/{integration['token']}"
    assert server.client.post(hook, json={"n": 1}).status_code == 400
    (record,) = until_ended(server, integration["_id"])["history"]
    assert (record["type"], record["state"]) == ("incoming-webhook", "failed")
    assert [line["text"] for line in record["log"]] == ["seen"]
    assert record["receipt"][0]["wallUs"] > 0
    assert (record["failure"]["kind"], record["failure"]["line"]) == ("raised", 3)
    assert (record["request"]["method"], record["request"]["body"]) == ("POST", '{"n":1}')
    assert integration["token"] not in str(record)


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, "must have required property 'id'"),
        ({"id": ""}, "Invalid integration id."),
        ({"id": "x", "sort": "no json"}, "Invalid sort parameter"),
        ({"id": "x", "sort": '{"step": 1}'}, "Invalid sort parameter"),
        ({"id": "x", "nonsense": "1"}, "must NOT have additional properties"),
    ],
)
def test_bad_parameters_are_named(server: Running, params: dict[str, str], error: str) -> None:
    answer = server.admin.get("/api/v1/integrations.history", params=params)
    assert answer.status_code == 400 and error in answer.json()["error"]


def test_an_unknown_id_has_an_empty_history_and_a_stranger_gets_403(server: Running) -> None:
    assert history(server, "unknown")["history"] == []
    stranger = server.user("stranger")
    assert stranger.get("/api/v1/integrations.history", params={"id": "unknown"}).status_code == 403
    assert server.client.get("/api/v1/integrations.history", params={"id": "unknown"}).status_code == 401


def test_a_run_is_found_by_its_id_alone(server: Running) -> None:
    integration = create(server, INCOMING)
    answer = server.client.post(f"/hooks/{integration['_id']}/{integration['token']}", json={})
    run = answer.headers["X-Hookcell-Run"]
    assert run_of(server.admin, run) == history(server, integration["_id"])["history"][0]
    assert run_of(server.admin, run)["integration"]["_id"] == integration["_id"]

    id = create(server, {**OUTGOING, "triggerWords": ["!alone"]})["_id"]
    server.admin.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": "!alone"})
    (record,) = until_ended(server, id)["history"]
    assert run_of(server.admin, record["_id"]) == run_of(server.admin, record["delivery"]) == record


def test_a_run_that_is_not_there_or_not_ones_own_is_not_told(server: Running) -> None:
    integration = create(server, INCOMING)
    run = server.client.post(f"/hooks/{integration['_id']}/{integration['token']}", json={}).headers["X-Hookcell-Run"]
    for wrong in ("nothing", f"{run}-1", f"{run}-9"):
        answer = server.admin.get("/api/v1/integrations.run", params={"runId": wrong})
        assert (answer.status_code, answer.json()["errorType"]) == (400, "error-invalid-integration-history")
    assert server.user("another").get("/api/v1/integrations.run", params={"runId": run}).status_code == 403


def run_of(client: Any, id: str) -> Any:
    answer = client.get("/api/v1/integrations.run", params={"runId": id})
    assert answer.status_code == 200, answer.text
    return answer.json()["run"]
