"""A connection of its own to the server, for what no HTTP client sends."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.api.servers import Running


@contextmanager
def connected(server: Running) -> Iterator[socket.socket]:
    url = server.client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
        yield connection


def rest(connection: socket.socket) -> bytes:
    """All that still comes, up to the end of the connection."""
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    return found
