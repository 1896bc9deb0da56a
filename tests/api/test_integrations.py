"""Integrations over HTTP: the documents' examples, the answers' shapes, statuses and errors. The checks themselves are
tested with the engine."""

import json
from typing import Any

import httpx2
import pytest

from tests.api.servers import Running

EXAMPLE_0_49 = (
    '{ "type": "webhook-outgoing", "name": "Testing via REST API", "event": "sendMessage", "enabled": false,'
    ' "username": "pimenta.bot", "urls": ["http://text2gif.guggy.com/guggify"], "scriptEnabled": false }'
)
EXAMPLE_1_1_INCOMING = """{
          "type": "webhook-incoming",
          "username": "rocket.cat",
          "channel": "#general",
          "scriptEnabled": false,
          "name": "testHook",
          "enabled": true }"""
EXAMPLE_1_1_OUTGOING = """{
          "type": "webhook-outgoing",
          "name": "Testing via REST API",
          "event": "sendMessage",
          "enabled": false,
          "channel": "#general",
          "username": "rocket.cat",
          "urls": ["http://text2gif.guggy.com/guggify"],
          "scriptEnabled": false }"""
COMPUTED = {"_id", "_createdAt", "_createdBy", "_updatedAt"}


def create(client: httpx2.Client, body: object) -> Any:
    answer = client.post("/api/v1/integrations.create", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["integration"]


def incoming(**changes: object) -> dict[str, object]:
    return {**json.loads(EXAMPLE_1_1_INCOMING), **changes}


@pytest.fixture(scope="module")
def pimenta(server: Running) -> str:
    return str(server.user("pimenta.bot").headers["X-User-Id"])


@pytest.mark.parametrize("example", [EXAMPLE_0_49, EXAMPLE_1_1_INCOMING, EXAMPLE_1_1_OUTGOING])
def test_the_example_calls_of_the_documents_answer_the_stored_record(
    server: Running, pimenta: str, example: str
) -> None:
    headers = {"Content-type": "application/json"}
    answer = server.admin.post("/api/v1/integrations.create", content=example, headers=headers)
    assert answer.status_code == 200 and answer.json()["success"] is True
    sent, record = json.loads(example), answer.json()["integration"]
    channel = ["#general"] if "channel" in sent else []
    user_id = pimenta if sent["username"] == "pimenta.bot" else sent["username"]
    assert record.items() >= {**sent, "channel": channel, "userId": user_id}.items()
    assert COMPUTED <= record.keys()
    got = server.admin.get("/api/v1/integrations.get", params={"integrationId": record["_id"]}).json()
    assert got == {"integration": record, "success": True}


def test_a_form_is_read_like_json(server: Running) -> None:
    fields = {key: str(value).lower() if isinstance(value, bool) else value for key, value in incoming().items()}
    record = server.admin.post("/api/v1/integrations.create", data=fields).json()["integration"]
    assert (record["scriptEnabled"], record["enabled"]) == (False, True)


def test_an_update_and_a_removal_answer_the_record(server: Running) -> None:
    record = create(server.admin, incoming())
    body = {**record, "integrationId": record["_id"], "channel": "#general", "name": "renamed"}
    updated = server.admin.put("/api/v1/integrations.update", json=body)
    assert updated.status_code == 200, updated.text
    assert updated.json()["integration"]["name"] == "renamed" and updated.json()["warnings"] == []
    removal = {"type": "webhook-incoming", "integrationId": record["_id"]}
    removed = server.admin.post("/api/v1/integrations.remove", json=removal)
    assert removed.json() == {"integration": updated.json()["integration"], "success": True}
    again = server.admin.post("/api/v1/integrations.remove", json=removal)
    assert (again.status_code, again.json()) == (400, {"success": False, "error": "No integration found."})


def test_nobody_gets_anywhere_without_a_login(server: Running) -> None:
    for method, name in (("POST", "create"), ("GET", "get"), ("GET", "list"), ("PUT", "update"), ("POST", "remove")):
        answer = server.client.request(method, f"/api/v1/integrations.{name}", json={})
        assert (answer.status_code, answer.json()["error"]) == (401, "You must be logged in to do this.")


def test_a_permission_of_the_route_is_403_and_one_of_the_method_is_400(server: Running) -> None:
    client = server.user("without")
    refused = {
        "success": False,
        "error": "User does not have the permissions required for this action [error-unauthorized]",
    }
    for answer in (client.get("/api/v1/integrations.list"), client.post("/api/v1/integrations.remove", json={})):
        assert (answer.status_code, answer.json()) == (403, refused)
    answer = client.post("/api/v1/integrations.create", json=incoming())
    assert answer.status_code == 400
    assert answer.json() == {
        "success": False,
        "error": "Unauthorized [not_authorized]",
        "errorType": "not_authorized",
        "details": {"method": "addIncomingIntegration"},
    }
    record = create(server.admin, incoming())
    answer = client.get("/api/v1/integrations.get", params={"integrationId": record["_id"]})
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "not-authorized"})


def test_parameters_that_do_not_fit_are_400_with_their_type(server: Running) -> None:
    answer = server.admin.post("/api/v1/integrations.create", json={"type": "webhook-outgoing"})
    assert answer.status_code == 400
    missing = "must have required property 'username'"
    assert answer.json() == {
        "success": False,
        "error": f"{missing}\n must match exactly one schema in oneOf",
        "errorType": "invalid-params",
        "details": {"problems": [{"field": "username", "message": missing}]},
    }
    for query, field, error in (
        ({}, "integrationId", "must have required property 'integrationId'"),
        ({"integrationId": "a", "fields": "{}"}, "fields", "must NOT have additional properties"),
    ):
        answer = server.admin.get("/api/v1/integrations.get", params=query)
        assert answer.status_code == 400
        assert answer.json() == {
            "success": False,
            "error": error,
            "errorType": "error-invalid-params",
            "details": {"problems": [{"field": field, "message": error}]},
        }


def test_a_list_tells_where_it_is_and_takes_filters_and_an_order(server: Running) -> None:
    for name in ("page b", "page a", "page c"):
        create(server.admin, incoming(name=name))

    def listed(**query: str) -> Any:
        answer = server.admin.get("/api/v1/integrations.list", params={"name": "PAGE ", **query})
        assert answer.status_code == 200, answer.text
        return answer.json()

    answer = listed(offset="1", count="1", sort='{"name": -1}')
    assert [record["name"] for record in answer.pop("integrations")] == ["page b"]
    assert answer == {"offset": 1, "items": 1, "count": 1, "total": 3, "success": True}
    assert [record["name"] for record in listed(sort='{"ts": -1}')["integrations"]] == ["page b", "page a", "page c"]
    assert listed(type="webhook-outgoing")["integrations"] == []
    wrong = server.admin.get("/api/v1/integrations.list", params={"sort": '{"name": 2}'})
    assert (wrong.status_code, wrong.json()["errorType"]) == (400, "error-invalid-sort")


def test_a_broken_script_saves_and_says_where_it_is_broken(server: Running) -> None:
    body = incoming(scriptEnabled=True, script="def process_incoming(request):\n    return eval('1')\n")
    answer = server.admin.post("/api/v1/integrations.create", json=body).json()
    error = answer["integration"]["scriptError"]
    assert error["diagnostics"][0]["line"] == 2
    assert error["message"] in answer["warnings"][0]
