"""A real HTTP receiver on loopback: records what it is sent, answers as a handler says.

    async with Receiver(lambda request: Response(200, body=b"{}")) as receiver:
        receiver.url, receiver.requests, receiver.connections, receiver.open_connections

A handler may be async. What it returns is sent as HTTP/1.1, or, when it is bytes, as it is before the connection is
closed. A handler that fails fails the test: leaving the receiver raises its exception.
"""

import asyncio
import contextlib
import inspect
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import h11

MAX_READ = 64 * 1024
# as long as a busy machine may take to send or to close
SECONDS = 20
TLS_HOST = "receiver.test"
CERTIFICATE = Path(__file__).with_name("receiver.pem")


@dataclass(frozen=True)
class Received:
    """`headers` in the order sent, names in lower case; `connection` numbers connections from 1."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int

    def header(self, name: str) -> str | None:
        """All values of a header joined with ", ", or None."""
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None


@dataclass(frozen=True)
class Response:
    """`delay` seconds pass before the answer; with `trickle`, its body goes out in pieces of `piece` bytes, that many
    seconds apart. Without a content-length among the headers the real one is sent; `chunked` sends each piece as a
    chunk."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay: float = 0
    trickle: float | None = None
    piece: int = 1
    chunked: bool = False


Handler = Callable[[Received], Response | bytes | Awaitable[Response | bytes]]


def receiver_tls() -> ssl.SSLContext:
    """For a receiver that speaks TLS as `TLS_HOST`, with a certificate of its own making."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def trusting_tls() -> ssl.SSLContext:
    """For a client that trusts that certificate and no other."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))


class Receiver:
    def __init__(self, handler: Handler | None = None, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.port = port
        self._nobody = asyncio.Event()
        self._arrival = asyncio.Event()
        self._handler: Handler = handler or (lambda _: Response())
        self._tls = tls
        self._failure: BaseException | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def open_connections(self) -> int:
        return len(self._tasks)

    @property
    def url(self) -> str:
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()
        if self._failure is not None and error is None:
            raise self._failure

    async def received(self, count: int) -> None:
        """Returns once `count` requests have arrived; raises TimeoutError after SECONDS."""
        async with asyncio.timeout(SECONDS):
            while len(self.requests) < count:
                self._arrival.clear()
                await self._arrival.wait()

    async def quiet(self) -> None:
        """Returns once every connection is closed; raises TimeoutError after SECONDS."""
        async with asyncio.timeout(SECONDS):
            await self._nobody.wait()

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._serve(reader, writer, self.connections))
        self._tasks.add(task)
        self._nobody.clear()
        task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self._nobody.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        try:
            # A peer that goes away, or does not speak HTTP, ends its connection and nothing else.
            with contextlib.suppress(ConnectionError, ssl.SSLError, h11.RemoteProtocolError):
                await self._converse(reader, writer, number)
        except Exception as error:
            self._failure = error
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        http = h11.Connection(h11.SERVER)
        while True:
            request = await _next_request(http, reader, number)
            if request is None:
                return
            self.requests.append(request)
            self._arrival.set()
            answering = asyncio.create_task(self._answer(http, writer, request))
            hearing = asyncio.create_task(reader.read(MAX_READ))
            try:
                await asyncio.wait({answering, hearing}, return_when=asyncio.FIRST_COMPLETED)
                if not answering.done() and not hearing.result():
                    return  # the peer went away before its answer was complete
                await answering
            finally:
                answering.cancel()
                hearing.cancel()
                await asyncio.wait({answering, hearing})
            if http.our_state is not h11.DONE:
                return
            if not hearing.cancelled():
                http.receive_data(hearing.result())
            http.start_next_cycle()

    async def _answer(self, http: h11.Connection, writer: asyncio.StreamWriter, request: Received) -> None:
        response = self._handler(request)
        if inspect.isawaitable(response):
            response = await response
        if isinstance(response, bytes):
            writer.write(response)
            await writer.drain()
        else:
            await _send(http, writer, request, response)


async def _next_request(http: h11.Connection, reader: asyncio.StreamReader, number: int) -> Received | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(MAX_READ))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            headers = tuple((name.decode(), value.decode()) for name, value in head.headers)
            return Received(head.method.decode(), head.target.decode(), headers, bytes(body), number)
        else:
            return None


async def _send(http: h11.Connection, writer: asyncio.StreamWriter, request: Received, response: Response) -> None:
    await asyncio.sleep(response.delay)
    headers = [(name.encode(), value.encode()) for name, value in response.headers]
    names = {name.lower() for name, _ in response.headers}
    if response.chunked:
        headers.append((b"transfer-encoding", b"chunked"))
    elif "content-length" not in names and response.status not in (204, 304):
        headers.append((b"content-length", str(len(response.body)).encode()))
    writer.write(http.send(h11.Response(status_code=response.status, headers=headers)) or b"")
    body = b"" if request.method == "HEAD" else response.body
    size = len(body) if response.trickle is None and not response.chunked else response.piece
    for start in range(0, len(body), max(size, 1)):
        writer.write(http.send(h11.Data(data=body[start : start + size])) or b"")
        if response.trickle is not None:
            await writer.drain()
            await asyncio.sleep(response.trickle)
    writer.write(http.send(h11.EndOfMessage()) or b"")
    await writer.drain()
