"""uvicorn's HTTP/1.1 with bounds on what comes before a body: how many bytes, for how long, on how many connections.

What has no end is what this closes: a head that goes on, a connection on which no request comes, and bytes that are
neither head nor body, as extensions of chunks. Bodies are bounded in `api.bodies`; what of one comes after its answer,
by `api.lingering`.
"""

import asyncio
import resource
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.lingering import LingeringTransport

# the request line and all headers, as they come
MAX_HEAD = 64 * 1024
# from the connection, or from the first byte on one that was used before, to the end of the head
HEAD_SECONDS = 10.0
MAX_CONNECTIONS = 4096


def most_connections() -> int:
    """Half of the files this process may open are for others: cells, deliveries, the database."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if files == resource.RLIM_INFINITY else min(MAX_CONNECTIONS, files // 2)


class BadHead(Exception):
    """Ends the parser, which knows no bound and looks at no header."""

    def __init__(self, status: int, error: str, code: str) -> None:
        super().__init__(error)
        self.answer = (status, error, code)


class HeadTooLarge(BadHead):
    def __init__(self) -> None:
        super().__init__(431, f"The request line and headers are more than {MAX_HEAD} bytes.", "error-head-too-large")


class BoundedProtocol(HttpToolsProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # bytes of the head that is being read
        self._head = 0
        self._begun = False
        # from the end of a head to the end of its body
        self._in_body = False
        # bytes since the parser last made something of what it was fed
        self._unread = 0
        self._timer: asyncio.TimerHandle | None = None
        self._bad_head: BadHead | None = None
        self._lingering: LingeringTransport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._lingering = LingeringTransport(transport, lambda: self._in_body)
        super().connection_made(self._lingering)
        if len(self.connections) > most_connections():
            self._answer(503, "There are too many connections; try again.", "error-too-many-connections")
        else:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_longer()
        self._lingering.lost()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._lingering.lingers:
            return self._lingering.throw_away(len(data))
        self._unread += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._unread > MAX_HEAD:
            self._answer(*HeadTooLarge().answer)
        elif self._timer is None and (self._begun or not self._in_flight()):
            self._wait_for_head()

    def on_message_begin(self) -> None:
        self._head, self._begun = 0, True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + len(b": \r\n"))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unread, self._begun, self._in_body = 0, False, True
        self._lingering.thrown_away = 0
        self._check_host()
        self._wait_no_longer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        if self.cycle.response_complete:
            self._lingering.throw_away(len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread, self._in_body = 0, False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        bad = self._bad_head or BadHead(400, msg, "error-invalid-request")
        self._answer(*bad.answer)

    def _count(self, size: int) -> None:
        self._unread = 0
        self._head += size
        if self._head > MAX_HEAD:
            self._bad_head = HeadTooLarge()
            raise self._bad_head

    def _check_host(self) -> None:
        """RFC 9112, 3.2: with none or two, a proxy may have seen another request than this is."""
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            error = f"The request has {hosts or 'no'} Host headers; HTTP/1.1 takes exactly one."
            self._bad_head = BadHead(400, error, "error-invalid-request")
            raise self._bad_head

    def _in_flight(self) -> bool:
        # there is none before the first request, whatever its type says
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _wait_for_head(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._waited)

    def _wait_no_longer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _waited(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._in_flight():
            # what came is the beginning of the request after it
            self._wait_for_head()
        elif self._begun:
            error = f"The request line and headers took longer than {HEAD_SECONDS:g} seconds."
            self._answer(408, error, "error-head-too-slow")
        else:
            self.transport.close()

    def _answer(self, status: int, error: str, code: str) -> None:
        """The last on this connection, unless another is half out."""
        if not self._in_flight():
            body = orjson.dumps({"success": False, "error": f"{error} [{code}]", "errorType": code})
            head = f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + head.encode() + body)
        self.transport.close()
