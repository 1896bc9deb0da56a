from pathlib import Path

import pytest

from tests.api.servers import Running, running

ADMIN_ONLY = {
    "success": False,
    "error": "User does not have the permissions required for this action [error-unauthorized]",
}


def test_permissions_are_listed_and_changed_at_once(server: Running) -> None:
    ada = server.user("ada")
    listed = server.admin.get("/api/v1/permissions.listAll").json()
    assert listed["success"] is True and listed["remove"] == []
    names = [permission["_id"] for permission in listed["update"]]
    assert names == sorted(names) and "manage-incoming-integrations" in names
    change = {"permissions": [{"_id": "create-c", "roles": ["admin"]}, {"_id": "create-d", "roles": []}]}
    answer = server.admin.post("/api/v1/permissions.update", json=change)
    changed = {permission["_id"]: permission for permission in answer.json()["permissions"]}
    assert answer.status_code == 200 and len(changed) == len(names)
    assert (changed["create-c"]["roles"], changed["create-d"]["roles"]) == (["admin"], [])
    assert ada.post("/api/v1/channels.create", json={"name": "x"}).status_code == 403
    assert server.admin.post("/api/v1/im.create", json={"username": "ada"}).status_code == 403
    since = server.admin.get(
        "/api/v1/permissions.listAll", params={"updatedSince": changed["create-p"]["_updatedAt"]}
    ).json()
    assert [permission["_id"] for permission in since["update"]] == ["create-c", "create-d"]


@pytest.mark.parametrize(
    ("permissions", "error_type"),
    [
        ([{"_id": "fly", "roles": ["admin"]}], "error-invalid-permission"),
        ([{"_id": "edit-room", "roles": []}, {"_id": "create-p", "roles": ["king"]}], "error-invalid-role"),
        ([{"_id": "edit-room", "roles": []}, {"_id": "fly", "roles": []}], "error-invalid-permission"),
        ([{"_id": "access-permissions", "roles": ["user"]}], "error-action-not-allowed"),
        ([{"_id": "edit-room"}], "invalid-params"),
        ([{"_id": "edit-room", "roles": "admin"}], "invalid-params"),
        ("all", "invalid-params"),
    ],
)
def test_a_change_of_permissions_that_cannot_be_changes_none(
    server: Running, permissions: object, error_type: str
) -> None:
    answer = server.admin.post("/api/v1/permissions.update", json={"permissions": permissions})
    assert (answer.status_code, answer.json()["errorType"]) == (400, error_type)
    listed = server.admin.get("/api/v1/permissions.listAll").json()["update"]
    (kept,) = [permission["roles"] for permission in listed if permission["_id"] == "edit-room"]
    assert kept == ["admin", "owner", "moderator"]


def test_permissions_and_settings_are_for_those_who_may(server: Running) -> None:
    plain = server.user("plain")
    for method, path, body in (
        ("POST", "permissions.update", {"permissions": []}),
        ("GET", "settings/API_Default_Count", None),
        ("POST", "settings/API_Default_Count", {"value": 1}),
    ):
        answer = plain.request(method, f"/api/v1/{path}", json=body)
        assert (answer.status_code, answer.json()) == (403, ADMIN_ONLY)
    seen = plain.get("/api/v1/settings").json()["settings"]
    assert [setting["_id"] for setting in seen] == ["Message_MaxAllowedSize", "Site_Url"]


def test_a_date_that_is_none_is_refused(server: Running) -> None:
    answer = server.admin.get("/api/v1/permissions.listAll", params={"updatedSince": "lately"})
    assert (answer.status_code, answer.json()["errorType"]) == (400, "error-roomId-param-invalid")


def test_settings_are_listed_in_pages_and_read_one_by_one(server: Running) -> None:
    found = server.admin.get("/api/v1/settings").json()
    ids = [setting["_id"] for setting in found["settings"]]
    assert found["total"] == found["count"] == len(ids) == 8 and ids == sorted(ids)
    last = server.admin.get("/api/v1/settings", params={"offset": 1, "count": 1, "sort": '{"_id": -1}'}).json()
    assert [setting["_id"] for setting in last["settings"]] == [ids[-2]]
    one = server.admin.get("/api/v1/settings/API_Enable_Rate_Limiter")
    assert one.json() == {"_id": "API_Enable_Rate_Limiter", "value": True, "success": True}
    for method, body in (("GET", None), ("POST", {"value": 1})):
        none = server.admin.request(method, "/api/v1/settings/Accounts_Everything", json=body)
        assert none.json()["errorType"] == "error-invalid-setting"
        assert none.status_code == 400 and "Accounts_Everything: it has API_Allow" in none.json()["error"]


@pytest.mark.parametrize("body", [{"value": "many"}, {"value": None}, {"value": {}}, {"value": 0}])
def test_a_value_that_cannot_be_is_refused_with_what_can(server: Running, body: dict[str, object]) -> None:
    answer = server.admin.post("/api/v1/settings/API_Default_Count", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"] == "API_Default_Count is a whole number from 1 to 10000 [error-invalid-setting-value]"
    nothing = server.admin.post("/api/v1/settings/API_Default_Count", json={})
    assert nothing.json()["error"] == "must have required property 'value'"


def test_settings_count_from_the_next_request_on(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        admin = server.admin

        def change(id: str, value: object) -> None:
            assert admin.post(f"/api/v1/settings/{id}", json={"value": value}).json() == {"success": True}

        def post(text: str) -> int:
            return admin.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": text}).status_code

        def count(**query: int) -> int:
            found = admin.get("/api/v1/channels.messages", params={"roomId": "GENERAL", **query}).json()
            assert isinstance(found["count"], int)
            return found["count"]

        assert (post("x" * 5000), post("x" * 5001)) == (200, 400)
        change("Message_MaxAllowedSize", 5001)
        assert post("x" * 5001) == 200
        change("Message_MaxAllowedSize", "3")
        assert (post("123"), post("1234"), post("456")) == (200, 400, 200)
        assert count() == 4
        change("API_Default_Count", 2)
        assert (count(), count(count=3), count(count=0)) == (2, 3, 4)
        change("API_Upper_Count_Limit", 3)
        change("API_Allow_Infinite_Count", False)
        assert (count(count=4), count(count=0)) == (3, 2)


def test_the_version_is_what_clients_choose_their_calls_by(server: Running) -> None:
    for path in ("/api/info", "/api/v1/info"):
        assert server.client.get(path).json() == {"version": "7.8", "info": {"version": "7.8.0"}, "success": True}


def test_lists_of_integrations_keep_to_the_counts_that_are_set(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        body = {
            "type": "webhook-incoming", "name": "in", "enabled": True, "username": "rocket.cat",
            "channel": "#general", "scriptEnabled": False,
        }  # fmt: skip
        ids = [server.admin.post("/api/v1/integrations.create", json=body).json()["integration"]["_id"] for _ in "ab"]
        server.admin.post("/api/v1/settings/API_Default_Count", json={"value": 1})
        for path, query in (
            ("integrations.list", {}),
            ("channels.getIntegrations", {"roomId": "GENERAL"}),
        ):
            found = server.admin.get(f"/api/v1/{path}", params=query).json()
            assert (found["count"], found["total"]) == (1, len(ids))
