from pathlib import Path

import pytest

from engine.store import tokens
from engine.workspace.passwords import digest_of
from tests.api.servers import ADMIN_PASS, Running, running

NOT_LOGGED_IN = {
    "success": False,
    "status": "error",
    "message": "You must be logged in to do this.",
    "error": "You must be logged in to do this.",
}
UNAUTHORIZED = {"status": "error", "error": "Unauthorized", "message": "Unauthorized"}


def test_login_answers_a_token_that_opens_me(server: Running) -> None:
    answer = server.client.post("/api/v1/login", json={"user": "admin", "password": ADMIN_PASS})
    body = answer.json()
    assert answer.status_code == 200
    assert body["status"] == "success"
    assert set(body["data"]) == {"userId", "authToken", "me"}
    me = server.logged_in(body["data"]).get("/api/v1/me").json()
    assert me.pop("success") is True
    assert me == body["data"]["me"]
    assert me["username"] == "admin" and me["roles"] == ["admin"] and me["active"] is True


@pytest.mark.parametrize(
    "who",
    [
        {"user": "ada"},
        {"username": "ada"},
        {"email": "ada@example.com"},
        {"user": "ADA@example.com"},
        {"user": {"username": "ada"}},
        {"user": {"email": "ada@example.com"}},
    ],
)
def test_a_user_is_named_in_every_way_that_clients_name_one(server: Running, who: dict[str, object]) -> None:
    fields = {"username": "ada", "name": "Ada", "email": "ada@example.com", "password": "pw"}
    server.admin.post("/api/v1/users.create", json=fields)
    answer = server.client.post("/api/v1/login", json={**who, "password": "pw"})
    assert answer.json()["data"]["me"]["username"] == "ada"


def test_login_takes_a_form_and_a_digest_and_a_token(server: Running) -> None:
    by_form = server.client.post("/api/v1/login", data={"user": "admin", "password": ADMIN_PASS})
    digest = {"digest": digest_of(ADMIN_PASS), "algorithm": "sha-256"}
    by_digest = server.client.post("/api/v1/login", json={"user": "admin", "password": digest})
    token = by_form.json()["data"]["authToken"]
    resumed = server.client.post("/api/v1/login", json={"resume": token})
    assert by_digest.status_code == 200
    assert resumed.json()["data"]["authToken"] == token


@pytest.mark.parametrize(
    "body",
    [
        {"user": "admin", "password": "wrong"},
        {"user": "nobody", "password": "wrong"},
        {"user": "rocket.cat", "password": "rocket.cat"},
        {"resume": "no such token"},
    ],
)
def test_a_wrong_login_is_told_nothing_but_that(server: Running, body: dict[str, str]) -> None:
    answer = server.client.post("/api/v1/login", json=body)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


@pytest.mark.parametrize("body", [{"user": "admin"}, {"password": "x"}, {"user": "admin", "password": ""}, {}])
def test_a_login_without_a_name_or_a_password_is_told_so(server: Running, body: dict[str, str]) -> None:
    answer = server.client.post("/api/v1/login", json=body)
    assert (answer.status_code, answer.json()["errorType"]) == (400, "invalid-params")


def test_an_inactive_user_cannot_log_in(server: Running) -> None:
    fields = {"username": "gone", "name": "Gone", "email": "gone@example.com", "password": "pw", "active": False}
    assert server.admin.post("/api/v1/users.create", json=fields).json()["user"]["active"] is False
    answer = server.client.post("/api/v1/login", json={"user": "gone", "password": "pw"})
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


def test_the_eleventh_failed_try_is_turned_away_and_so_is_the_right_password(server: Running) -> None:
    server.user("victim")
    wrong, right = {"user": "victim", "password": "wrong"}, {"user": "victim", "password": "pw"}
    tries = [server.client.post("/api/v1/login", json=wrong).status_code for _ in range(11)]
    assert tries == [401] * 10 + [429]
    answer = server.client.post("/api/v1/login", json=right)
    assert answer.status_code == 429
    assert answer.json()["errorType"] == "error-too-many-requests"
    assert answer.json()["error"].startswith("Error, too many requests. Please slow down. You must wait ")
    # another name is not meant, and when the tries are over they are over
    assert server.client.post("/api/v1/login", json={"user": "x", "password": "y"}).status_code == 401
    server.do(tokens.forget_attempts, "victim", "127.0.0.1")
    assert server.client.post("/api/v1/login", json=right).status_code == 200


def test_tries_are_counted_by_the_address_that_a_trusted_proxy_names(tmp_path: Path) -> None:
    with running(tmp_path, trusted_proxies=("127.0.0.0/8",)) as server:

        def attempt(address: str) -> int:
            body = {"user": "admin", "password": "wrong"}
            return server.client.post("/api/v1/login", json=body, headers={"X-Forwarded-For": address}).status_code

        assert [attempt("203.0.113.7") for _ in range(11)][-1] == 429
        assert attempt("203.0.113.8") == 401
        # one IPv6 host has its network to itself
        assert [attempt(f"2001:db8::{n}") for n in range(1, 12)][-1] == 429
        assert attempt("2001:db8:1::1") == 401


def test_an_untrusted_forwarded_address_changes_nothing(server: Running) -> None:
    statuses = [
        server.client.post(
            "/api/v1/login", json={"user": "a", "password": "b"}, headers={"X-Forwarded-For": f"203.0.113.{n}"}
        ).status_code
        for n in range(11)
    ]
    assert statuses[-1] == 429


def test_only_ten_wait_to_have_a_password_checked(server: Running) -> None:
    places = server.engine.workspace.accounts.passwords.places
    for _ in range(12):
        assert places.acquire(blocking=False)
    answer = server.client.post("/api/v1/login", json={"user": "admin", "password": ADMIN_PASS})
    places.release(12)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["errorType"] == "error-service-busy"


@pytest.mark.parametrize("headers", [{}, {"X-Auth-Token": "x"}, {"X-Auth-Token": "x", "X-User-Id": "y"}])
def test_without_a_good_token_nobody_is_logged_in(server: Running, headers: dict[str, str]) -> None:
    answer = server.client.get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.json()) == (401, NOT_LOGGED_IN)


def test_a_token_is_good_only_with_its_own_user(server: Running) -> None:
    other = server.user("other.user")
    token = server.admin.headers["X-Auth-Token"]
    answer = server.client.get("/api/v1/me", headers={"X-Auth-Token": token, "X-User-Id": other.headers["X-User-Id"]})
    assert (answer.status_code, answer.json()) == (401, NOT_LOGGED_IN)


def test_users_create_answers_the_record(server: Running) -> None:
    fields = {"username": "pimenta.bot", "name": "Pimenta", "email": "Pimenta@Example.com", "password": "pw"}
    answer = server.admin.post("/api/v1/users.create", json={**fields, "roles": ["bot"], "verified": "true"})
    user = answer.json()["user"]
    assert answer.json()["success"] is True
    assert len(user.pop("_id")) == 17
    assert user.pop("createdAt") == user.pop("_updatedAt")
    assert user == {
        "username": "pimenta.bot",
        "name": "Pimenta",
        "emails": [{"address": "pimenta@example.com", "verified": False}],
        "type": "user",
        "status": "offline",
        "active": True,
        "roles": ["bot"],
    }


@pytest.mark.parametrize(
    ("change", "error", "error_type"),
    [
        ({"username": None}, "must NOT have fewer than 1 characters", "invalid-params"),
        ({"username": "with space"}, "with space is not a valid username", "error-input-is-not-a-valid-field"),
        ({"username": "ADMIN"}, "<strong>ADMIN</strong> is already in use :(", "error-field-unavailable"),
        ({"email": "no address"}, "Invalid email no address", "error-invalid-email"),
        ({"roles": ["king"]}, "Invalid role king", "error-invalid-role"),
        ({"roles": "admin"}, "must be array", "invalid-params"),
        ({"password": ""}, "The field Password is required", "error-the-field-is-required"),
        ({"shoeSize": 43}, "must NOT have additional properties", "invalid-params"),
    ],
)
def test_users_create_says_what_is_wrong(
    server: Running, change: dict[str, object], error: str, error_type: str
) -> None:
    fields = {"username": "new.user", "name": "New", "email": "new@example.com", "password": "pw", **change}
    answer = server.admin.post("/api/v1/users.create", json=fields)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)
    assert answer.json()["errorType"] == error_type


def test_users_create_names_a_missing_property(server: Running) -> None:
    answer = server.admin.post("/api/v1/users.create", json={"username": "x"})
    assert (answer.status_code, answer.json()["error"]) == (400, "must have required property 'email'")


def test_users_create_is_for_those_who_may(server: Running) -> None:
    plain = server.user("plain")
    fields = {"username": "friend", "name": "Friend", "email": "friend@example.com", "password": "pw"}
    answer = plain.post("/api/v1/users.create", json=fields)
    assert answer.status_code == 400
    assert answer.json() == {
        "success": False,
        "error": "Adding user is not allowed [error-action-not-allowed]",
        "errorType": "error-action-not-allowed",
        "details": {"method": "insertOrUpdateUser", "action": "Adding_user"},
    }


def test_no_token_and_no_password_lies_readable_in_the_data_folder(server: Running) -> None:
    token = server.admin.headers["X-Auth-Token"]
    contents = {file.name: file.read_bytes() for file in server.engine.settings.data.iterdir() if file.is_file()}
    assert "hookcell.db" in contents
    for content in contents.values():
        assert token.encode() not in content
        assert ADMIN_PASS.encode() not in content


def test_everybody_new_is_in_the_default_channel(server: Running) -> None:
    newcomer = server.user("newcomer")
    answer = newcomer.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": "hello"})
    assert answer.json()["message"]["rid"] == "GENERAL"
    joined = server.engine.workspace.joined_room_ids(newcomer.headers["X-User-Id"], "c", 10)
    assert server.run(joined) == ["GENERAL"]
