"""What comes before a body: bounded in bytes, in time and in how many connections."""

import socket

import pytest

from api.protocol import MAX_HEAD
from tests.api.servers import Running
from tests.api.sockets import connected, rest

GET = b"GET /health HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def answered(connection: socket.socket) -> bytes:
    found = b""
    while not found.endswith(b"}"):
        piece = connection.recv(65536)
        assert piece
        found += piece
    return found


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (GET, b"X-A: " + b"a" * 8000 + b"\r\n"),
        (GET + b"X-A: ", b"a" * 8000),
        (b"GET /", b"a" * 8000),
        (POST + b"1;", b"a" * 8000),
        (POST + b"0\r\n", b"X-A: " + b"a" * 8000 + b"\r\n"),
        (POST + b"0\r\nX-A: ", b"a" * 8000),
        (GET + b"\r\n" + GET + b"X-A: ", b"a" * 8000),
    ],
    ids=["headers", "a header", "a url", "an extension of a chunk", "trailers", "a trailer", "on a used connection"],
)
def test_what_has_no_end_is_not_read_to_it(server: Running, head: bytes, piece: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(head)
        # the server has gone long before the last piece
        with pytest.raises(OSError):
            connection.sendall(piece * 10_000)
    assert server.client.get("/health").status_code == 200


def test_a_head_of_its_limit_is_read_and_a_larger_one_is_431(server: Running) -> None:
    with connected(server) as connection:
        connection.sendall(GET + b"X-A: " + b"a" * (MAX_HEAD - 100) + b"\r\nConnection: close\r\n\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 200 OK\r\n")
    with connected(server) as connection:
        connection.sendall(GET + b"X-A: " + b"a" * MAX_HEAD + b"\r\n\r\n")
        answer = rest(connection)
        assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
        assert b"more than 65536 bytes" in answer


def test_a_request_that_does_not_come_is_given_up(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    # what is sent of the others' heads has to come within it, on a slow machine too
    monkeypatch.setattr("api.protocol.HEAD_SECONDS", 1.0)
    with connected(server) as silent, connected(server) as half, connected(server) as used:
        half.sendall(GET)
        used.sendall(GET + b"\r\n")
        assert answered(used).startswith(b"HTTP/1.1 200")
        used.sendall(b"GET /he")
        assert rest(silent) == b""
        assert rest(half).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert rest(used).startswith(b"HTTP/1.1 408")


def test_a_used_connection_stays_open_for_the_next_request(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    with connected(server) as connection:
        for _ in range(3):
            connection.sendall(GET + b"\r\n")
            assert answered(connection).startswith(b"HTTP/1.1 200")
            # the first head may take the time that a slow machine needs
            monkeypatch.setattr("api.protocol.HEAD_SECONDS", 0.1)
            connection.settimeout(0.2)
            with pytest.raises(TimeoutError):
                connection.recv(1)
            connection.settimeout(10)


def test_connections_have_a_limit(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server.client.get("/health").status_code == 200
    monkeypatch.setattr("api.protocol.MAX_CONNECTIONS", 1)
    with connected(server) as connection:
        assert rest(connection).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    monkeypatch.undo()
    with connected(server) as connection:
        connection.sendall(GET + b"Connection: close\r\n\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 200")


def test_what_is_no_http_is_400(server: Running) -> None:
    with connected(server) as connection:
        connection.sendall(b"\x16\x03\x01\r\n\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize(
    "hosts", [b"Host: a\r\nHost: b\r\n", b"Host: a\r\nhOST: a\r\n", b""], ids=["two", "the same twice", "none"]
)
def test_a_request_names_one_host(server: Running, hosts: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(b"POST /api/v1/login HTTP/1.1\r\n" + hosts + b"Content-Length: 2\r\n\r\n{}")
        answer = rest(connection)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Host headers; HTTP/1.1 takes exactly one. [error-invalid-request]" in answer


def test_before_http_1_1_a_request_may_name_no_host(server: Running) -> None:
    with connected(server) as connection:
        connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        assert rest(connection).startswith(b"HTTP/1.1 200 OK\r\n")
