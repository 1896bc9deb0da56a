"""What every request meets, wherever it goes."""

import re
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.edge import masked
from engine.ids import new_id, new_token
from tests.api.hooks import Hook
from tests.api.servers import Running, running


def raw(server: Running, request: bytes) -> bytes:
    """The answer, up to the end of its body."""
    url = server.client.base_url
    received = b""
    with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
        connection.sendall(request)
        while not _whole(received) and (more := connection.recv(65536)):
            received += more
    return received


def _whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and length is not None and len(body) >= int(length[1])


def requests_of(logs: Sequence[Mapping[str, Any]], number: int) -> list[Mapping[str, Any]]:
    """So many, which are logged after their answers are out."""
    deadline = time.monotonic() + 10
    while len(found := [entry for entry in logs if entry["event"] == "request"]) < number:
        assert time.monotonic() < deadline, logs
        time.sleep(0.005)
    return found


def test_every_answer_is_json_that_nobody_keeps(server: Running) -> None:
    for answer in (
        server.client.get("/health"),
        server.client.get("/api/v1/me"),
        server.admin.get("/api/v1/me"),
        server.client.get("/no/such/page"),
    ):
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Pragma"] == "no-cache"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_unknown_route_is_404_and_a_wrong_method_405(server: Running) -> None:
    missing = server.client.get("/api/v1/no.such")
    assert missing.status_code == 404
    assert missing.json() == {
        "success": False,
        "status": "error",
        "message": "API endpoint does not exist.",
        "error": "API endpoint does not exist.",
        "errorType": "error-endpoint-not-found",
    }
    slash = server.client.get("/health/", headers={"Host": "evil.example"})
    assert slash.status_code == 404
    wrong = server.client.get("/api/v1/login")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")
    assert wrong.json()["errorType"] == "error-method-not-allowed"


def test_health_tells_the_state_and_no_more(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert server.client.get("/health").json() == {"status": "ok", "sandbox": "full"}
        assert server.client.get("/health/ready").json() == {"status": "ready"}
        server.engine.ready = False
        assert server.client.get("/health").status_code == 200
        assert server.client.get("/health/ready").status_code == 503


@pytest.mark.parametrize(
    ("content", "kind", "error"),
    [
        (b"{", "application/json", "must be JSON: "),
        (b'{"user": NaN}', "application/json", "must be JSON: "),
        (b"\xff", "application/json", "must be JSON: "),
        (b"[]", "application/json", "must be object"),
        (b"[" * 2000, "application/json", "must be JSON: "),
        (b"[" + b"[]," * 60_000 + b"[]]", "application/json", "must NOT have more than 50000 objects and lists"),
        (b'{"user": 1e999}', "application/json", "must be JSON: number is infinity"),
        (b'{"user": "ada"}', "application/json; charset=koi8-r", "must be JSON: the charset koi8-r is not read"),
        (b'{"user": "ada"}', "application/json; charset=utf-16", "must be JSON: "),
        ('{"user": "ada"}'.encode("utf-16"), "application/json", "must be JSON: "),
        (
            '{"user": "ada"}'.encode("utf-16"),
            "application/json; charset=utf-16",
            "must have required property 'password'",
        ),
        (b'{"user": {"username": {}}}', "application/json", "must have required property 'user'"),
    ],
)
def test_a_body_that_cannot_be_read_is_the_senders_error(
    server: Running, content: bytes, kind: str, error: str
) -> None:
    answer = server.client.post("/api/v1/login", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)
    assert answer.json()["errorType"] == "invalid-params"


def test_half_a_surrogate_pair_is_read_as_javascript_writes_it(server: Running) -> None:
    for charset, body in (
        ("", b'{"channel": "#general", "text": "a\\ud800 \\ud83d\\ude00"}'),
        ("; charset=latin1", b'{"channel": "#general", "text": "\xfc"}'),
    ):
        headers = {"Content-Type": f"application/json{charset}"}
        answer = server.admin.post("/api/v1/chat.postMessage", content=body, headers=headers)
        assert answer.json()["message"]["msg"] == ("ü" if charset else "a\ufffd 😀")


def test_what_is_wrong_with_parameters_says_where(server: Running) -> None:
    """Rocket.Chat's words name no place."""
    body = {"type": "webhook-outgoing", "name": "n", "enabled": True, "username": "rocket.cat", "channel": "#general"}
    body |= {"event": "sendMessage", "urls": ["http://a.example"], "scriptEnabled": False, "triggerWords": ["a", ""]}
    answer = server.admin.post("/api/v1/integrations.create", json=body).json()
    assert {"field": "triggerWords[1]", "message": "must NOT have fewer than 1 characters"} in answer["details"][
        "problems"
    ]
    for path, sent, field in (
        ("channels.create", {"name": "x", "shoeSize": 43}, "shoeSize"),
        ("channels.create", {}, "name"),
        ("integrations.create", {**body, "triggerWords": ["a"], "shoeSize": 43}, "shoeSize"),
    ):
        answer = server.admin.post(f"/api/v1/{path}", json=sent).json()
        assert field in [problem["field"] for problem in answer["details"]["problems"]], answer


def test_a_body_over_its_limit_is_413_before_anybody_reads_it(tmp_path: Path) -> None:
    with running(tmp_path, max_body_api=1000) as server:
        announced = server.client.post("/api/v1/login", content=b"x" * 1001)
        assert (announced.status_code, announced.json()["errorType"]) == (413, "error-body-too-large")
        streamed = server.client.post("/api/v1/login", content=iter([b"x" * 600, b"x" * 600]))
        assert streamed.status_code == 413
        # announced and never sent: the answer does not wait for it
        head = b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"
        assert raw(server, head).startswith(b"HTTP/1.1 413")
        assert server.client.post("/api/v1/login", content=b"x" * 1000).status_code == 400


def test_all_bodies_together_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.bodies.MAX_IN_FLIGHT", 100)
    with running(tmp_path) as server:
        for _ in range(2):
            answer = server.client.post("/api/v1/login", content=b"x" * 101)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        # what was counted is given back
        assert server.client.post("/api/v1/login", content=b"{}").status_code == 400


def test_a_body_that_does_not_come_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tmp_path) as server:
        hook = Hook(server)
        # from now on: what was sent to make the hook had its time
        monkeypatch.setattr("api.bodies.MAX_SECONDS", 0.05)
        for path, error in (
            (b"/api/v1/login", b"The body took longer than 0.05 seconds. [error-body-too-slow]"),
            (hook.path.encode(), b'"error":"error-body-too-slow"'),
        ):
            url = server.client.base_url
            with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
                connection.sendall(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nfew")
                answer = b"".join(iter(lambda: connection.recv(65536), b""))
            assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n") and error in answer


def test_an_unexpected_error_is_500_with_an_id_that_is_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path) as server, capture_logs() as logs:

        async def fail(token: str) -> None:
            raise RuntimeError("the inside of the machine")

        monkeypatch.setattr(server.engine.workspace.accounts, "user_of_token", fail)
        answer = server.client.get("/api/v1/me", headers={"X-Auth-Token": "secret", "X-User-Id": "x"})
        assert answer.status_code == 500
        assert "machine" not in answer.text
        (entry,) = [entry for entry in logs if entry["event"] == "unexpected error"]
        assert entry["id"] in answer.json()["error"]
        assert "secret" not in str(logs)


def test_requests_are_logged_without_the_tokens_of_hooks(server: Running) -> None:
    with capture_logs() as logs:
        assert server.client.post("/hooks/abc123/topsecrettoken").status_code == 404
        assert server.client.get("/hooks/info/abc123/topsecrettoken").status_code == 404
        paths = [entry["path"] for entry in requests_of(logs, 2)]
    assert paths == ["/hooks/abc123/***", "/hooks/info/abc123/***"]
    assert "topsecret" not in str(logs)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/hooks//{id}/{token}", "/hooks//***/***"),
        ("/HOOKS/{id}/{token}", "/HOOKS/***/***"),
        ("/hooks/%20{id}/{token}", "/hooks/***/***"),
        ("/hooks/{id}/%20{token}", "/hooks/{id}/***"),
        ("/hooks/{id}/x/y/{token}", "/hooks/{id}/***"),
        ("/hooks/{token}/{id}", "/hooks/***/***"),
        ("/hooks/{token}", "/hooks/***"),
        ("/v1/hooks/{id}/x{token}%0a", "/v1/hooks/***/***"),
        ("/api/v1/chat.noSuch", "/api/v1/chat.noSuch"),
    ],
)
def test_a_path_that_is_nearly_a_hooks_is_logged_without_the_token(server: Running, path: str, shown: str) -> None:
    names = {"id": new_id(), "token": new_token(48)}
    with capture_logs() as logs:
        assert server.client.post(path.format(**names)).status_code == 404
        (entry,) = requests_of(logs, 1)
    assert entry["path"] == shown.format(**names)
    assert names["token"] not in str(logs)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/hooks/id/token", "/hooks/id/***"),
        ("/hooks/id/user/token?a=b", "/hooks/id/***?a=b"),
        ("POST http://x/hooks/add/id/token HTTP", "POST http://x/hooks/add/id/*** HTTP"),
        ("/hooks/id", "/hooks/id"),
        ("/api/v1/me", "/api/v1/me"),
    ],
)
def test_a_hooks_path_is_shown_without_its_token(text: str, shown: str) -> None:
    assert masked(text) == shown
