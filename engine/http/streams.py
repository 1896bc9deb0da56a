"""One connection as httpcore2 wants it, straight on the event loop's transport.

What arrives is taken in as it comes, up to a bound, and read from there; whoever writes waits while the peer takes
nothing. The deadline is the client's: a timeout given here is kept besides.
"""

import asyncio
import select
import ssl
from typing import Any, cast

import httpcore2

# received and not yet read, beyond which the peer has to wait; written and not yet sent
MAX_BUFFERED = 64 * 1024


class TooEarly(ConnectionError):
    """The peer did what it may do after the handshake only."""


async def connected(address: str, port: int, timeout: float | None = None) -> "Stream":
    """Raises httpcore2's ConnectError, ConnectTimeout."""
    wire = Wire()
    try:
        async with asyncio.timeout(timeout):
            await asyncio.get_running_loop().create_connection(lambda: wire, address, port)
    except BaseException as error:
        if wire.transport is not None:
            wire.transport.abort()
        if isinstance(error, TimeoutError):
            raise httpcore2.ConnectTimeout(str(error)) from error
        if isinstance(error, OSError):
            raise httpcore2.ConnectError(str(error)) from error
        raise
    return Stream(wire)


class Wire(asyncio.Protocol):
    """What the transport tells. One reader and one writer at a time."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.ended = False
        self.lost: Exception | None = None
        self.transport: asyncio.Transport | None = None
        self._news: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._reading = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is none by its class
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.received += data
        if self._reading and len(self.received) > MAX_BUFFERED and self.transport is not None:
            self._reading = False
            self.transport.pause_reading()
        _wake(self._news)

    def eof_received(self) -> None:
        self.ended = True
        _wake(self._news)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended, self.lost = True, exc
        _wake(self._news)
        _wake(self._room)

    def pause_writing(self) -> None:
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        _wake(self._room)
        self._room = None

    def news(self) -> "asyncio.Future[None]":
        """Done once something has arrived, or nothing more can."""
        self._news = asyncio.get_running_loop().create_future()
        return self._news

    def room(self) -> "asyncio.Future[None] | None":
        """Done once the peer has taken some of what was written; None while there is room."""
        return None if self._room is None or self.ended else asyncio.shield(self._room)

    def take(self, most: int) -> bytes:
        data = bytes(self.received[:most])
        del self.received[:most]
        if not self._reading and len(self.received) <= MAX_BUFFERED and self.transport is not None and not self.ended:
            self._reading = True
            self.transport.resume_reading()
        return data


class Stream(httpcore2.AsyncNetworkStream):
    """What is written in one turn of the event loop goes out together: head and body of a request, as a rule."""

    def __init__(self, wire: Wire) -> None:
        assert wire.transport is not None
        self._wire = wire
        self._transport = wire.transport
        self._unsent: list[bytes] = []
        self._socket = wire.transport.get_extra_info("socket")
        self._poll = select.poll()
        if self._socket is not None and self._socket.fileno() >= 0:
            self._poll.register(self._socket.fileno(), select.POLLIN)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Nothing once the peer has ended. Raises httpcore2's ReadError, ReadTimeout."""
        wire = self._wire
        while not wire.received and not wire.ended:
            await _within(timeout, wire.news(), httpcore2.ReadTimeout)
        if not wire.received and wire.lost is not None:
            raise httpcore2.ReadError(str(wire.lost)) from wire.lost
        return wire.take(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Waits while the peer takes nothing. Raises httpcore2's WriteError, WriteTimeout."""
        if not buffer:
            return
        if self._transport.is_closing():
            raise httpcore2.WriteError("the connection is closed")
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(buffer)
        if sum(map(len, self._unsent)) > MAX_BUFFERED:
            self._flush()
        room = self._wire.room()
        if room is not None:
            await _within(timeout, room, httpcore2.WriteTimeout)
        if self._wire.lost is not None:
            raise httpcore2.WriteError(str(self._wire.lost)) from self._wire.lost

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        if unsent and not self._transport.is_closing():
            self._transport.writelines(unsent)

    async def aclose(self) -> None:
        self._transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "Stream":
        """Raises httpcore2's ConnectError, with its cause, and ConnectTimeout; the connection is closed then."""
        loop, wire = asyncio.get_running_loop(), self._wire
        self._flush()
        try:
            if wire.received or wire.ended:
                # It would be taken for what the peer says under TLS.
                raise TooEarly("it spoke or left before the handshake")
            async with asyncio.timeout(timeout):
                wire.transport = await loop.start_tls(
                    self._transport, wire, ssl_context, server_hostname=server_hostname
                )
        except BaseException as error:
            self._transport.abort()
            if isinstance(error, TimeoutError):
                raise httpcore2.ConnectTimeout(str(error)) from error
            if isinstance(error, OSError):
                raise httpcore2.ConnectError(str(error)) from error
            raise
        if wire.transport is None:
            raise httpcore2.ConnectError("the connection was closed during the handshake")
        return Stream(wire)

    def get_extra_info(self, info: str) -> Any:
        match info:
            # asked of every idle connection at every request
            case "is_readable":
                return self._is_readable()
            case "ssl_object" | "socket":
                return self._transport.get_extra_info(info)
            case "client_addr":
                return self._transport.get_extra_info("sockname")
            case "server_addr":
                return self._transport.get_extra_info("peername")
            case _:
                return None

    def _is_readable(self) -> bool:
        """Whether the peer has closed it or said what nobody asked for, as late as that can be known."""
        if self._wire.received or self._wire.ended or self._socket is None or self._socket.fileno() < 0:
            return True
        return bool(self._poll.poll(0))


async def _within(timeout: float | None, done: "asyncio.Future[None]", late: type[Exception]) -> None:
    if timeout is None:
        await done
        return
    try:
        async with asyncio.timeout(timeout):
            await done
    except TimeoutError as error:
        raise late(str(error)) from error


def _wake(waiting: "asyncio.Future[None] | None") -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)
