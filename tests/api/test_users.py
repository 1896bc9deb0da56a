from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.api.servers import Running, running


def id_of(client: httpx2.Client) -> str:
    return client.headers["X-User-Id"]


def post(client: httpx2.Client, path: str, /, **body: Any) -> Any:
    return client.post(f"/api/v1/{path}", json=body).json()


def test_logout_ends_the_login_it_was_asked_with_and_no_other(server: Running) -> None:
    first = server.user("ada")
    second = server.login("ada", "pw")
    answer = first.post("/api/v1/logout")
    assert answer.json() == {"status": "success", "data": {"message": "You've been logged out!"}}
    assert first.get("/api/v1/me").status_code == 401
    assert second.get("/api/v1/me").status_code == 200
    assert server.client.post("/api/v1/logout").status_code == 401


def test_users_info_says_more_to_oneself_and_to_administrators(server: Running) -> None:
    bob, eve = server.user("bob"), server.user("eve")
    whole = server.admin.get("/api/v1/users.info", params={"username": "bob"}).json()["user"]
    assert set(whole) == {
        "_id", "username", "name", "emails", "type", "status", "active", "roles", "createdAt", "_updatedAt",
    }  # fmt: skip
    assert bob.get("/api/v1/users.info", params={"userId": id_of(bob)}).json()["user"] == whole
    seen = eve.get("/api/v1/users.info", params={"user": "bob"}).json()["user"]
    assert seen == {key: value for key, value in whole.items() if key not in ("emails", "createdAt")}


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"username": "nobody"}, "User not found."),
        ({}, 'The required "userId" or "username" param was not provided [error-user-param-not-provided]'),
    ],
)
def test_users_info_of_nobody(server: Running, query: dict[str, str], error: str) -> None:
    answer = server.admin.get("/api/v1/users.info", params=query)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_users_are_listed_by_username_in_pages(server: Running) -> None:
    for name in ("list.b", "list.a"):
        server.user(name)
    sleeper = post(
        server.admin, "users.create", username="list.c", name="C", email="c@example.com", password="x", active=False
    )
    assert sleeper["success"] is True
    found = server.admin.get("/api/v1/users.list", params={"count": 0}).json()
    names = [user["username"] for user in found["users"]]
    assert found["count"] == found["total"] == len(names)
    assert names == sorted(names, key=str.lower) and {"list.a", "list.b", "list.c"} <= set(names)
    page = server.admin.get("/api/v1/users.list", params={"count": 1, "offset": 1, "sort": '{"username": -1}'}).json()
    assert [user["username"] for user in page["users"]] == [names[-2]] and page["offset"] == 1
    seen = server.login("list.a", "pw").get("/api/v1/users.list", params={"count": 0}).json()["users"]
    assert "list.c" not in [user["username"] for user in seen]
    assert all("emails" not in user for user in seen)
    role = server.user("roleless", roles=["anonymous"])
    assert role.get("/api/v1/users.list").status_code == 403


def test_an_administrator_changes_a_user(server: Running) -> None:
    carl = server.user("carl")
    answer = post(
        server.admin,
        "users.update",
        userId=id_of(carl),
        data={"name": "Carl C.", "email": "Carl.C@example.com", "roles": ["user", "bot"], "active": "true"},
    )
    user = answer["user"]
    assert answer["success"] is True
    assert (user["name"], user["roles"], user["active"]) == ("Carl C.", ["user", "bot"], True)
    assert user["emails"][0]["address"] == "carl.c@example.com"
    assert carl.get("/api/v1/me").json()["name"] == "Carl C."
    post(server.admin, "users.update", userId=id_of(carl), data={"active": False})
    assert carl.get("/api/v1/me").status_code == 401


def test_a_user_changes_themselves_and_nobody_else(server: Running) -> None:
    dora = server.user("dora")
    assert post(dora, "users.update", userId=id_of(dora), data={"name": "D"})["user"]["name"] == "D"
    other = dora.post("/api/v1/users.update", json={"userId": id_of(server.admin), "data": {"name": "D"}})
    assert (other.status_code, other.json()) == (
        400,
        {
            "success": False,
            "error": "Editing user is not allowed [error-action-not-allowed]",
            "errorType": "error-action-not-allowed",
            "details": {"method": "insertOrUpdateUser", "action": "Editing_user"},
        },
    )


@pytest.mark.parametrize(
    ("data", "error_type"),
    [
        ({"roles": ["king"]}, "error-invalid-role"),
        ({"email": "none"}, "error-invalid-email"),
        ({"username": "admin"}, "error-field-unavailable"),
        ({"username": ""}, "error-input-is-not-a-valid-field"),
        ({"shoeSize": 43}, "invalid-params"),
    ],
)
def test_a_change_that_cannot_be_says_why(server: Running, data: dict[str, object], error_type: str) -> None:
    bot = server.engine.workspace.user(username="rocket.cat")
    user = server.run(bot)
    assert user is not None
    answer = server.admin.post("/api/v1/users.update", json={"userId": user.id, "data": data})
    assert (answer.status_code, answer.json()["errorType"]) == (400, error_type)


def test_deleting_a_user_disables_what_posts_as_them(server: Running) -> None:
    fay = server.user("fay")
    hook = post(
        server.admin,
        "integrations.create",
        type="webhook-incoming", name="in", enabled=True, username="fay", channel="#general", scriptEnabled=False,
    )["integration"]  # fmt: skip
    answer = server.admin.post("/api/v1/users.delete", json={"username": "fay"})
    assert (answer.status_code, answer.json()) == (200, {"deletedRooms": [], "success": True})
    assert fay.get("/api/v1/me").status_code == 401
    found = server.admin.get("/api/v1/integrations.get", params={"integrationId": hook["_id"]}).json()
    assert found["integration"]["enabled"] is False
    again = server.admin.post("/api/v1/users.delete", json={"username": "fay"})
    assert (again.status_code, again.json()["errorType"]) == (400, "error-invalid-user")


def test_deleting_is_for_those_who_may_and_never_the_last_admin(server: Running) -> None:
    gus = server.user("gus")
    assert gus.post("/api/v1/users.delete", json={"userId": id_of(gus)}).status_code == 403
    answer = server.admin.post("/api/v1/users.delete", json={"userId": id_of(server.admin)})
    assert answer.json() == {
        "success": False,
        "error": "Leaving the app without an active admin is not allowed [error-action-not-allowed]",
        "errorType": "error-action-not-allowed",
        "details": {"method": "removeUserFromRole", "action": "Remove_last_admin"},
    }


def test_nobody_registers_where_registration_is_closed(server: Running) -> None:
    fields = {"username": "walk.in", "name": "W", "email": "w@example.com", "pass": "pw"}
    answer = server.client.post("/api/v1/users.register", json=fields)
    assert answer.json() == {
        "success": False,
        "error": "User registration is disabled [error-user-registration-disabled]",
        "errorType": "error-user-registration-disabled",
        "details": {"method": "registerUser"},
    }


def test_where_registration_is_open_one_makes_oneself_a_plain_user(tmp_path: Path) -> None:
    with running(tmp_path, registration="open") as server:
        fields = {"username": "walk.in", "name": "W", "email": "w@example.com", "pass": "pw"}
        answer = server.client.post("/api/v1/users.register", json=fields)
        assert (answer.status_code, answer.json()["user"]["roles"]) == (200, ["user"])
        assert server.login("walk.in", "pw").get("/api/v1/me").json()["username"] == "walk.in"
        taken = server.client.post("/api/v1/users.register", json=fields)
        assert (taken.status_code, taken.json()["errorType"]) == (400, "error-field-unavailable")
        inside = server.admin.post("/api/v1/users.register", json=fields)
        assert inside.json()["error"] == "Logged in users can not register again."
