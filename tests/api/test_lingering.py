"""What a client that sends on after its answer gets to see."""

import http.client
import time

import pytest

from tests.api.servers import Running
from tests.api.sockets import connected, rest


def posted_whole(server: Running, size: int) -> int:
    """By a client that sends all of its body, and asks for the end of the connection, before it reads."""
    url = server.client.base_url
    connection = http.client.HTTPConnection(url.host, url.port, timeout=20)
    try:
        connection.request("POST", "/hooks/a/b", body=bytes(size), headers={"Connection": "close"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_who_sends_too_much_still_reads_why(server: Running) -> None:
    assert posted_whole(server, 20 * 1024 * 1024) == 413


def test_what_is_sent_after_its_answer_is_thrown_away_up_to_a_limit(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.lingering.MAX_BYTES", 1024 * 1024)
    with pytest.raises(OSError):
        posted_whole(server, 30 * 1024 * 1024)
    head = b"POST /hooks/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 80000000\r\n\r\n"
    with connected(server) as kept:
        kept.sendall(head)
        with pytest.raises(OSError):
            kept.sendall(bytes(80_000_000))
    assert server.client.get("/health").status_code == 200


def test_who_stays_after_the_answer_is_left_in_time(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.lingering.MAX_SECONDS", 0.2)
    head = b"POST /hooks/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 80000000\r\nConnection: close\r\n\r\n"
    with connected(server) as connection:
        connection.sendall(head)
        assert rest(connection).startswith(b"HTTP/1.1 413 ")
        with pytest.raises(OSError):
            for _ in range(1_000):
                connection.sendall(b"x")
                time.sleep(0.01)
