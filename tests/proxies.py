"""A way to PostgreSQL that fails as ways do: it refuses, it cuts, it swallows; it may keep notifications to itself."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal, TypeAlias
from urllib.parse import parse_qs, urlsplit

Way: TypeAlias = Literal["open", "refusing", "swallowing"]

_NOTIFICATION = ord("A")


class Proxy:
    """`way` may be changed at any time; `url` is the database's through it."""

    def __init__(self, database: str, *, notifications: bool = True) -> None:
        parts = urlsplit(database)
        (folder,) = parse_qs(parts.query)["host"]
        self._server = f"{folder}/.s.PGSQL.5432"
        self._notifications = notifications
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.way: Way = "open"
        port = self._listener.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{port}{parts.path}?sslmode=disable&gssencmode=disable"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Ends every connection, as a network or a server that goes down does."""
        with self._lock:
            for connected in self._sockets:
                with suppress(OSError):
                    connected.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.way = "refusing"
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.way == "refusing":
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            with self._lock:
                self._sockets |= {client, server}
            back = _passed_on if self._notifications else _without_notifications
            for source, target, carry in ((client, server, _passed_on), (server, client, back)):
                threading.Thread(target=self._carry, args=(source, target, carry), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, carry: Callable[[bytearray], bytes]) -> None:
        waiting = bytearray()
        with suppress(OSError):
            while data := source.recv(65536):
                if self.way == "swallowing":
                    continue
                waiting += data
                target.sendall(carry(waiting))
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._sockets.discard(source)
        source.close()


def _passed_on(waiting: bytearray) -> bytes:
    data = bytes(waiting)
    waiting.clear()
    return data


def _without_notifications(waiting: bytearray) -> bytes:
    """The whole messages of the server that came so far: a type, its length, its content."""
    passed = bytearray()
    while len(waiting) >= 5 and len(waiting) > (size := int.from_bytes(waiting[1:5], "big")):
        message = waiting[: size + 1]
        del waiting[: size + 1]
        if message[0] != _NOTIFICATION:
            passed += message
    return bytes(passed)


@contextmanager
def proxy(database: str, *, notifications: bool = True) -> Iterator[Proxy]:
    opened = Proxy(database, notifications=notifications)
    try:
        yield opened
    finally:
        opened.close()
