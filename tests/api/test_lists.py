"""`query` and `fields`, on every list of users, rooms, messages and settings."""

from collections.abc import Iterator

import httpx2
import pytest

from api.app import ENDPOINTS
from api.list_schemas import UNSAFE, SearchQuery
from tests.api.servers import Running, running

ROOM = {"roomName": "listed"}
GROUP = {"roomName": "cellar"}
# how each list is asked for, a query that fits one record of it and one that fits none of the others, and its key
LISTS = {
    "users.list": ({}, '{"username": "ada"}', "users"),
    "settings": ({}, '{"_id": "Site_Url"}', "settings"),
    "channels.list": ({}, '{"name": "listed"}', "channels"),
    "groups.list": ({}, '{"name": {"$regex": "^cell"}}', "groups"),
    "im.list": ({}, '{"usernames": "ada"}', "ims"),
    "channels.messages": (ROOM, '{"msg": "second"}', "messages"),
    "groups.messages": (GROUP, '{"msg": "second"}', "messages"),
    "im.messages": ({"username": "ada"}, '{"msg": "second"}', "messages"),
    "channels.history": (ROOM, '{"msg": "second"}', "messages"),
    "groups.history": (GROUP, '{"msg": "second"}', "messages"),
    "channels.members": (ROOM, '{"username": "ada"}', "members"),
    "groups.members": (GROUP, '{"username": "ada"}', "members"),
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("opened")
    with running(data, allow_unsafe_query_and_fields_api_params=True) as started:
        started.user("ada")
        started.user("bob")
        for kind, word, name in (("channels", "channel", "listed"), ("groups", "group", "cellar")):
            body = {"name": name, "members": ["ada", "bob"]}
            room = started.admin.post(f"/api/v1/{kind}.create", json=body).json()[word]["_id"]
            started.admin.post(f"/api/v1/{kind}.create", json={"name": f"{word}.other"})
            say(started, room)
        for name in ("ada", "bob"):
            room = started.admin.post("/api/v1/im.create", json={"username": name}).json()["room"]["_id"]
            say(started, room)
        yield started


def say(server: Running, room: str) -> None:
    for text in ("first", "second", "third"):
        answer = server.admin.post("/api/v1/chat.postMessage", json={"roomId": room, "text": text})
        assert answer.status_code == 200, answer.text


def asked(client: httpx2.Client, path: str, **params: str) -> httpx2.Response:
    return client.get(f"/api/v1/{path}", params={**LISTS[path][0], **params})


def test_every_list_takes_query_and_fields() -> None:
    shapes = [(endpoint.name, endpoint.params.shape) for endpoint in ENDPOINTS if endpoint.method == "GET"]
    found = {name for name, shape in shapes if shape is not None and issubclass(shape, SearchQuery)}
    assert {name for name in found if not name.startswith("integrations.") and "Integrations" not in name} == set(LISTS)


@pytest.mark.parametrize("path", LISTS)
def test_a_query_narrows_a_list_and_fields_cut_its_records(opened: Running, path: str) -> None:
    _, query, key = LISTS[path]
    everything = asked(opened.admin, path).json()
    assert len(everything[key]) >= 2
    found = asked(opened.admin, path, query=query, fields='{"username": 1, "name": 1, "msg": 1}').json()
    assert len(found[key]) == 1 and found[key][0].keys() <= {"_id", "username", "name", "msg"}
    assert found[key][0]["_id"] in [record["_id"] for record in everything[key]]
    assert found.get("total", 1) == 1 and found.get("count", 1) == 1
    assert asked(opened.admin, path, query=query, offset="1").json()[key] == []
    assert asked(opened.admin, path, query='{"_id": "nothing"}').json()[key] == []


def test_a_query_sees_what_its_caller_sees(opened: Running) -> None:
    ada = opened.login("ada", "pw")
    assert (
        ada.get("/api/v1/users.list", params={"query": '{"emails.address": "bob@example.com"}'}).json()["users"] == []
    )
    by_name = ada.get("/api/v1/users.list", params={"query": '{"username": "bob"}', "fields": '{"emails": 1}'})
    assert [user.keys() for user in by_name.json()["users"]] == [{"_id"}]


def test_a_page_of_what_fits_is_in_the_order_asked_for(opened: Running) -> None:
    params = {"query": '{"msg": {"$regex": "s"}}', "count": "1"}
    newest = asked(opened.admin, "channels.messages", **params).json()
    oldest = asked(opened.admin, "channels.messages", sort='{"ts": 1}', **params).json()
    assert [newest["messages"][0]["msg"], oldest["messages"][0]["msg"]] == ["second", "first"]
    assert newest["total"] == oldest["total"] == 2


@pytest.fixture(scope="module")
def closed(server: Running) -> Running:
    server.user("ada")
    for path, body in (("channels", {"name": "listed"}), ("groups", {"name": "cellar"}), ("im", {"username": "ada"})):
        assert server.admin.post(f"/api/v1/{path}.create", json=body).status_code == 200
    return server


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("key", ["query", "fields"])
def test_they_are_refused_and_not_ignored_where_the_operator_has_not_allowed_them(
    closed: Running, path: str, key: str
) -> None:
    answer = asked(closed.admin, path, **{key: "{}"})
    assert answer.status_code == 400
    assert answer.json()["error"] == f"must NOT have additional properties: {key} needs {UNSAFE}=true"
    assert answer.json()["errorType"] == "error-invalid-params"


def test_a_list_that_is_too_long_is_not_searched_in_part(opened: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.searching.RECORDS_A_READ", 2)
    monkeypatch.setattr("engine.searching.MAX_SEARCHED", 3)
    answer = asked(opened.admin, "users.list", query='{"username": "ada"}')
    assert (answer.status_code, answer.json()["errorType"]) == (400, "error-invalid-query")
    assert len(asked(opened.admin, "channels.messages", query="{}").json()["messages"]) == 3
