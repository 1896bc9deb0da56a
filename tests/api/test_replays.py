"""Runs once more, over HTTP: a delivery as a new one, a webhook through its journey without posting."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.servers import Running, running

SCRIPT = (
    "def process_incoming(request):\n"
    "    print('sent by', request['headers'].get('x-api-key'), request['url_params']['token'])\n"
    "    return {'content': {'text': request['content']['missing'] + request['url']['query']['a']}}\n"
)
FIXED = SCRIPT.replace("request['content']['missing']", "request['content']['text']")
INCOMING: dict[str, object] = {
    "type": "webhook-incoming",
    "name": "in",
    "enabled": True,
    "channel": "#general",
    "username": "rocket.cat",
    "scriptEnabled": True,
    "script": SCRIPT,
}
OUTGOING: dict[str, object] = {
    "type": "webhook-outgoing",
    "name": "out",
    "event": "sendMessage",
    "enabled": True,
    "channel": "#general",
    "username": "rocket.cat",
    "triggerWords": ["!call"],
    "urls": ["http://10.1.2.3/hook"],
    "scriptEnabled": False,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("replays"), allow_unsafe_query_and_fields_api_params=True) as started:
        yield started


def call(server: Running, endpoint: str, **body: object) -> Any:
    answer = server.admin.post(f"/api/v1/{endpoint}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def history(server: Running, id: str, **query: str) -> Any:
    answer = server.admin.get("/api/v1/integrations.history", params={"id": id, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["history"]


def ended(server: Running, id: str, number: int) -> Any:
    """The records, the newest first, once there are so many and all have ended."""
    for _ in range(1_000):
        records = history(server, id)
        if len(records) == number and all(record["finished"] for record in records):
            return records
        time.sleep(0.01)
    raise AssertionError(records)


def texts(server: Running) -> list[str]:
    answer = server.admin.get("/api/v1/channels.messages", params={"roomName": "general"})
    return [message["msg"] for message in answer.json()["messages"]]


def failed_webhook(server: Running, body: bytes = b'{"text": "hello "}') -> Any:
    """An integration whose script failed on a webhook, and was put right since."""
    record = call(server, "integrations.create", **INCOMING)["integration"]
    headers = {"Content-Type": "application/json", "X-Api-Key": "secret key", "Idempotency-Key": "one"}
    hook = f"/hooks/{record['_id']}/{record['token']}?a=b"
    assert server.client.post(hook, content=body, headers=headers).status_code == 400
    fixed = {**INCOMING, "script": FIXED, "integrationId": record["_id"]}
    assert server.admin.put("/api/v1/integrations.update", json=fixed).status_code == 200
    return record


def test_a_webhook_is_run_again_by_the_script_of_now_and_nothing_is_posted(server: Running) -> None:
    record = failed_webhook(server)
    (failed,) = history(server, record["_id"])
    before = texts(server)
    again = call(server, "integrations.replayIncoming", integrationId=record["_id"], historyId=failed["_id"])
    assert again["answer"] == {"status": 200, "body": {"success": True}}
    run = again["run"]
    assert run["resultMessage"][0]["message"]["msg"] == "hello b"
    assert [step["name"] for step in run["steps"]][-1] == run["step"] == "would-be-posted"
    assert texts(server) == before
    assert [found["_id"] for found in history(server, record["_id"])] == [run["_id"], failed["_id"]]


def test_what_was_masked_stays_masked_and_the_trace_says_what(server: Running) -> None:
    record = failed_webhook(server)
    (failed,) = history(server, record["_id"])
    assert failed["request"]["masked"] == ["url", "headers.x-api-key"]
    run = call(server, "integrations.replayIncoming", integrationId=record["_id"], historyId=failed["_id"])["run"]
    assert run["log"][0]["text"] == "sent by *** ***"
    (replayed,) = [step for step in run["steps"] if step["name"] == "replayed"]
    assert replayed["masked"] == ["url", "headers.x-api-key"] and replayed["post"] is False
    assert replayed["of"] == failed["_id"]


def test_a_webhook_is_posted_again_where_that_is_asked_for(server: Running) -> None:
    record = failed_webhook(server, b'{"text": "posted late "}')
    (failed,) = history(server, record["_id"])
    body = {"integrationId": record["_id"], "historyId": failed["_id"], "post": True}
    again = call(server, "integrations.replayIncoming", **body)
    assert again["run"]["step"] == "posted"
    assert texts(server)[0] == "posted late b"
    third = {**body, "historyId": again["run"]["_id"], "post": False}
    assert call(server, "integrations.replayIncoming", **third)["run"]["step"] == "would-be-posted"


def test_a_replay_of_a_run_that_fails_again_tells_its_error(server: Running) -> None:
    record = failed_webhook(server, b"{}")
    (failed,) = history(server, record["_id"])
    again = call(server, "integrations.replayIncoming", integrationId=record["_id"], historyId=failed["_id"])
    assert again["answer"] == {"status": 400, "body": {"success": False, "error": "error-running-script"}}
    assert again["run"]["failure"]["line"] == 3


def test_a_request_that_was_not_kept_whole_is_not_replayed(server: Running) -> None:
    incompressible = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(1_200_000))
    record = failed_webhook(server, incompressible.encode())
    (failed,) = history(server, record["_id"])
    assert failed["request"]["cut"] == ["body"]
    body = {"integrationId": record["_id"], "historyId": failed["_id"]}
    refused = server.admin.post("/api/v1/integrations.replayIncoming", json=body)
    assert (refused.status_code, refused.json()["errorType"]) == (400, "history-data-must-be-defined")


def test_a_delivery_is_sent_again_as_a_new_one_with_its_room_and_user_as_they_are_now(server: Running) -> None:
    record = call(server, "integrations.create", **OUTGOING)["integration"]
    said = call(server, "chat.postMessage", channel="#general", text="!call me")["message"]
    (first,) = ended(server, record["_id"], 1)
    changed = {**OUTGOING, "integrationId": record["_id"], "token": "new token", "triggerWords": ["!other"]}
    assert server.admin.put("/api/v1/integrations.update", json=changed).status_code == 200
    again = call(server, "integrations.replayOutgoing", integrationId=record["_id"], historyId=first["_id"])
    newest, oldest = ended(server, record["_id"], 2)
    assert oldest == first
    assert (newest["_id"], newest["delivery"]) == (again["historyId"], again["delivery"])
    assert newest["data"] == {**first["data"], "token": "***"}
    assert newest["data"]["message_id"] == said["_id"]
    assert newest["integration"]["triggerWords"] == ["!other"] and newest["triggerWord"] == "!call"
    (replayed,) = [step for step in newest["steps"] if step["name"] == "replayed"]
    assert (replayed["of"], replayed["gone"]) == (first["_id"], [])
    third = call(server, "integrations.replayOutgoing", integrationId=record["_id"], historyId=newest["_id"])
    assert third["delivery"] not in (newest["delivery"], oldest["delivery"])


def test_history_that_ended_is_cleared_and_that_of_others_stays(server: Running) -> None:
    record, other = failed_webhook(server), failed_webhook(server)
    delivery = call(server, "integrations.create", **OUTGOING)["integration"]
    call(server, "chat.postMessage", channel="#general", text="!call")
    ended(server, delivery["_id"], 1)
    for id in (record["_id"], delivery["_id"]):
        assert call(server, "integrations.clearHistory", integrationId=id) == {"success": True}
        assert history(server, id) == []
    assert len(history(server, other["_id"])) == 1


def test_history_is_searched_and_sorted_by_what_its_rows_say(server: Running) -> None:
    record = failed_webhook(server)
    (failed,) = history(server, record["_id"])
    for _ in range(2):
        call(server, "integrations.replayIncoming", integrationId=record["_id"], historyId=failed["_id"])
    newest, middle, oldest = history(server, record["_id"])
    assert oldest == failed
    for sort in ('{"_updatedAt": 1}', '{"nonsense": -1}', '{"_createdAt": 1, "state": -1}'):
        assert history(server, record["_id"], sort=sort) == [oldest, middle, newest]
    assert history(server, record["_id"], sort='{"state": 1, "_createdAt": 1}') == [oldest, middle, newest]
    assert history(server, record["_id"], query='{"error": true}') == [oldest]
    found = server.admin.get(
        "/api/v1/integrations.history",
        params={"id": record["_id"], "query": '{"steps.name": "would-be-posted"}', "count": "1", "offset": "1"},
    ).json()
    assert (found["history"], found["total"]) == ([middle], 2)
    params = {"id": record["_id"], "sort": '{"step": 1}'}
    refused = server.admin.get("/api/v1/integrations.history", params=params)
    assert (refused.status_code, refused.json()["errorType"]) == (400, "error-invalid-sort")
