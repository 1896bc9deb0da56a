"""What strangers try at the door: a forged Host, forwarded addresses, bodies and headers that are not what they say."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.api.hooks import Hook
from tests.api.servers import Running, running
from tests.api.sockets import connected, rest

DEEP = b"[" * 1500 + b"]" * 1500


def exchange(server: Running, request: bytes) -> tuple[int, bytes]:
    """The status and the whole answer to bytes that no client would send; 0 where there is no answer."""
    with connected(server) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        except TimeoutError:
            raise
        except OSError:
            # the server had enough before all of it was sent
            pass
        received = rest(connection)
    return int(received.split(b" ", 2)[1]) if received else 0, received


@pytest.mark.parametrize("host", ["evil.example", "evil.example:99999", "", "a b", "127.0.0.1@evil.example", "[::1"])
def test_a_forged_host_changes_nothing(server: Running, host: str) -> None:
    hook = Hook(server, "def process_incoming(request):\n    return {'response': {'url': request['url_raw']}}\n")
    for path in (hook.path, "/api/v1/me", "/health/", "/api/openapi.json"):
        answer = server.client.get(path, headers={"Host": host, "X-Forwarded-Host": host, "Forwarded": f"host={host}"})
        assert "location" not in answer.headers
        assert answer.status_code in (200, 401, 404) and "evil.example" not in answer.text + str(answer.headers)


def test_an_outgoing_payload_names_the_operators_address(tmp_path: Path) -> None:
    with running(tmp_path, root_url="https://hooks.example.org") as server:
        body = {
            "type": "webhook-outgoing",
            "name": "out",
            "enabled": True,
            "event": "sendMessage",
            "username": "rocket.cat",
            "channel": "#general",
            "urls": ["https://nowhere.example/"],
            "scriptEnabled": False,
        }
        record = server.admin.post("/api/v1/integrations.create", json=body).json()["integration"]
        message = {"channel": "#general", "text": "t"}
        assert server.admin.post("/api/v1/chat.postMessage", json=message, headers={"Host": "evil.example"}).is_success
        runs: list[dict[str, Any]] = []
        while not (runs and "data" in runs[0]):
            answer = server.admin.get("/api/v1/integrations.history", params={"id": record["_id"]})
            runs = answer.json()["history"]
        assert runs[0]["data"]["siteUrl"] == "https://hooks.example.org"


def test_every_answer_has_the_headers_that_bind_a_browser(server: Running) -> None:
    for answer in (
        server.client.get("/health"),
        server.client.get("/no/such/page"),
        server.client.post("/hooks/a/b"),
        server.client.post("/api/v1/login", content=b"{"),
        server.client.options("/api/v1/me", headers={"Origin": "https://evil.example"}),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.fixture(scope="module")
def behind_nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server")) as started:
        yield started


def test_an_address_that_is_claimed_does_not_help_to_guess(behind_nothing: Running) -> None:
    server = behind_nothing
    wrong = {"user": "somebody", "password": "wrong"}
    statuses = [
        server.client.post("/api/v1/login", json=wrong, headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code
        for number in range(11)
    ]
    assert statuses[-1] == 429 and set(statuses[:10]) == {401}


def test_an_unknown_name_and_a_wrong_password_are_told_the_same(behind_nothing: Running) -> None:
    unknown, wrong = (
        behind_nothing.client.post("/api/v1/login", json={"user": user, "password": "wrong"})
        for user in ("nobody", "admin")
    )
    assert (
        (unknown.status_code, unknown.json())
        == (wrong.status_code, wrong.json())
        == (
            401,
            {"status": "error", "error": "Unauthorized", "message": "Unauthorized"},
        )
    )


@pytest.mark.parametrize(
    ("token", "user_id"),
    [("", ""), ("x", "x"), ("x" * 100_00, "x"), ("é", "x"), ("null", "null"), ("' OR 1=1 --", "x")],
)
def test_headers_that_are_no_login_are_401(server: Running, token: str, user_id: str) -> None:
    headers = {"X-Auth-Token": token.encode(), "X-User-Id": user_id.encode()}
    assert server.client.get("/api/v1/me", headers=headers).status_code == 401  # type: ignore[arg-type]


def test_a_token_is_good_with_its_own_user_only(server: Running) -> None:
    server.user("other-user")
    mine = server.admin.headers["X-Auth-Token"]
    other = server.login("other-user", "pw").headers["X-User-Id"]
    headers = {"X-Auth-Token": mine, "X-User-Id": other}
    assert server.client.get("/api/v1/me", headers=headers).status_code == 401


BODIES: dict[str, tuple[bytes, str, int]] = {
    "deep JSON": (b'{"name": ' + DEEP + b"}", "application/json", 400),
    "many lists": (b'{"name": [' + b"[]," * 50_000 + b"[]]}", "application/json", 400),
    "JSON in another encoding": ('{"name": "ü"}'.encode("utf-16"), "application/json", 400),
    "half a surrogate": (b'{"name": "\\ud800"}', "application/json", 400),
    "NUL": (b'{"name": "a\\u0000b"}', "application/json", 400),
    "a number": (b"7", "application/json", 400),
    "too many fields": (b"&".join(b"a%d=1" % number for number in range(1001)), "application/x-www-form-urlencoded", 400),
    "multipart without a boundary": (b"x", "multipart/form-data", 400),
    "multipart that breaks off": (b'--b\r\nContent-Disposition: form-data; name="a"\r\n', "multipart/form-data; boundary=b", 400),
    "a file where none belongs": (
        b'--b\r\nContent-Disposition: form-data; name="name"; filename="x"\r\n\r\nx\r\n--b--\r\n',
        "multipart/form-data; boundary=b",
        400,
    ),
    "over a mebibyte": (b'{"name": "' + b"x" * 2**20 + b'"}', "application/json", 413),
}  # fmt: skip


@pytest.mark.parametrize(("content", "kind", "status"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_not_what_it_should_be_is_a_clear_4xx(
    server: Running, content: bytes, kind: str, status: int
) -> None:
    answer = server.admin.post("/api/v1/channels.create", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.json()["success"] is False and len(answer.json()["error"]) > 5


RAW = {
    "two lengths": b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length and chunks": b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length below zero": b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a header without an end": b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000,
    "a line folded": b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\r\n\tb\r\nBad Name: c\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("request_bytes", RAW.values(), ids=RAW)
def test_what_is_no_proper_request_is_turned_away(server: Running, request_bytes: bytes) -> None:
    status, _ = exchange(server, request_bytes)
    assert status in (0, 400, 431)
    assert server.client.get("/health").status_code == 200


def test_of_a_header_that_repeats_the_first_counts(server: Running) -> None:
    mine, me = server.admin.headers["X-Auth-Token"], server.admin.headers["X-User-Id"]
    for tokens, status in (([mine, "x"], 200), (["x", mine], 401)):
        headers = [*(("X-Auth-Token", token) for token in tokens), ("X-User-Id", me)]
        assert server.client.get("/api/v1/me", headers=headers).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/../api/v1/me",
        "//api/v1/me",
        "/api/v1/../../etc/passwd",
        "/api/v1/me%2f",
        "/api/v1/%00",
        "/%2e%2e/%2e%2e",
    ],
)
def test_paths_are_taken_as_they_are(server: Running, path: str) -> None:
    status, _ = exchange(server, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert status == 404


def test_a_wrong_token_is_a_warning_without_it(server: Running) -> None:
    hook = Hook(server)
    with capture_logs() as logs:
        server.client.post(f"/hooks/{hook.record['_id']}/not-the-token", json={"text": "t"})
    (entry,) = [entry for entry in logs if entry["event"] == "hook called with a wrong token"]
    assert (entry["log_level"], entry["integration"]) == ("warning", hook.record["_id"])
    assert "not-the-token" not in str(logs)
