"""What runs leave in history, and what may be done with it, as hookcell is and under HOOKCELL_STRICT_COMPAT."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.servers import running
from tests.compat.integrations.stage import Stage, furnished
from tests.engine.registries import incoming, outgoing

API = "/api/v1/integrations"
RECORD_KEYS = {"_id", "type", "step", "integration", "_createdAt", "_updatedAt", "finished"}


@pytest.fixture(scope="module", params=["default", "strict"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    strict = request.param == "strict"
    with running(tmp_path_factory.mktemp("server"), strict_compat=strict, rate_limit="off") as server:
        yield furnished(server, request.param)


def create(stage: Stage, body: object, who: str = "admin") -> Any:
    answer = stage.people[who].post(f"{API}.create", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["integration"]


def called(stage: Stage, record: Any, status: int = 200) -> Any:
    answer = stage.server.client.post(f"/hooks/{record['_id']}/{record['token']}", json={"text": "hello"})
    assert answer.status_code == status, answer.text
    return answer.headers.get("x-hookcell-run")


def history(stage: Stage, record: Any, who: str = "admin", **query: str) -> Any:
    answer = stage.people[who].get(f"{API}.history", params={"id": record["_id"], **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def sent(stage: Stage, record: Any) -> Any:
    """The history of an outgoing integration, once its delivery has ended."""
    stage.server.admin.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": record["triggerWords"][0]})
    for _ in range(1_000):
        found = history(stage, record)["history"]
        if found and found[0]["finished"]:
            return found
        time.sleep(0.01)
    raise AssertionError(found)


def hearing(word: str) -> Any:
    return outgoing(triggerWords=[word], urls=["http://10.1.2.3/hook"], token="token-of-an-outgoing-one")


def test_a_delivery_has_a_record_with_the_originals_keys_and_keeps_its_data(runs: Stage) -> None:
    record = create(runs, hearing("!keys"))
    (found,) = sent(runs, record)
    assert RECORD_KEYS | {"event", "data", "url", "ranPrepareScript", "httpCallData", "httpError"} <= found.keys()
    assert found["type"] == "outgoing-webhook" and found["httpResult"] is None
    assert found["data"]["text"] == found["triggerWord"] == "!keys" and found["data"]["user_name"] == "admin"
    assert found["integration"]["_id"] == record["_id"] and found["integration"]["token"] == "***"


def test_a_webhook_has_a_record_too(runs: Stage) -> None:
    record = create(runs, incoming())
    run = called(runs, record)
    (found,) = history(runs, record)["history"]
    assert RECORD_KEYS <= found.keys()
    assert (found["_id"], found["type"], found["finished"]) == (run, "incoming-webhook", True)
    assert record["token"] not in str(found)


def test_history_is_paged_newest_first(runs: Stage) -> None:
    record = create(runs, incoming())
    ids = [called(runs, record) for _ in range(3)]
    assert [found["_id"] for found in history(runs, record)["history"]] == ids[::-1]
    page = history(runs, record, offset="1", count="1")
    assert [found["_id"] for found in page.pop("history")] == [ids[1]]
    assert page == {"offset": 1, "items": 1, "count": 1, "total": 3, "success": True}
    oldest_first = history(runs, record, sort='{"_updatedAt": 1}')["history"]
    assert [found["_id"] for found in oldest_first] == ids


def test_the_own_permission_shows_the_history_of_ones_own(runs: Stage) -> None:
    own, foreign = create(runs, incoming(), "owner"), create(runs, incoming())
    for record in (own, foreign):
        called(runs, record)
    assert (history(runs, own, "owner")["total"], history(runs, foreign, "owner")["total"]) == (1, 0)


def test_removing_an_integration_removes_its_history(runs: Stage) -> None:
    record = create(runs, incoming())
    called(runs, record)
    removed = runs.server.admin.post(f"{API}.remove", json={"type": "webhook-incoming", "integrationId": record["_id"]})
    assert removed.status_code == 200
    assert history(runs, record)["total"] == 0


def test_a_webhooks_run_is_no_delivery_to_replay(runs: Stage) -> None:
    record = create(runs, incoming())
    body = {"integrationId": record["_id"], "historyId": called(runs, record)}
    answer = runs.server.admin.post(f"{API}.replayOutgoing", json=body)
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "success": False,
            "error": "The integration type to replay must be an outgoing webhook. [integration-type-must-be-outgoing]",
            "errorType": "integration-type-must-be-outgoing",
        },
    )


def test_ones_own_runs_are_replayed_with_the_own_permission(runs: Stage) -> None:
    record = create(runs, incoming(), "owner")
    body = {"integrationId": record["_id"], "historyId": called(runs, record)}
    answer = runs.people["owner"].post(f"{API}.replayIncoming", json=body)
    assert answer.status_code == 200 and answer.json()["run"]["step"] == "would-be-posted"
    delivery = create(runs, hearing("!again"))
    (found,) = sent(runs, delivery)
    body = {"integrationId": delivery["_id"], "historyId": found["_id"]}
    assert (
        runs.people["owner"].post(f"{API}.replayOutgoing", json=body).json()["errorType"] == "error-invalid-integration"
    )
    assert runs.people["manager"].post(f"{API}.replayOutgoing", json=body).json()["success"] is True


def test_an_old_token_is_nobodys_at_once(runs: Stage) -> None:
    before = create(runs, incoming())
    called(runs, before)
    after = runs.server.admin.post(f"{API}.rotateToken", json={"integrationId": before["_id"]}).json()["integration"]
    assert called(runs, before, status=404) is None
    assert called(runs, after) is not None


def test_statistics_count_what_failed(runs: Stage) -> None:
    record = create(runs, {**hearing("!stats"), "name": "with statistics"})
    (found,) = sent(runs, record)
    listed = runs.server.admin.get(f"{API}.list", params={"name": "with statistics", "stats": "1"}).json()
    (told,) = listed["integrations"]
    assert (told["lastRun"], told["lastFailure"]) == (found["_updatedAt"], found["_updatedAt"])
    assert told["failures24h"] == 1
