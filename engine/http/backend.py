"""The only place a connection is made: resolve, check every address, connect to exactly one of those.

httpcore2 asks this backend for every new connection, so nothing is checked at one time and used at another: what was
checked is the number that is connected to, before TLS, on every hop. The name stays with TLS and the Host header.
"""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address
from typing import Any

import httpcore2

from engine.http.addresses import Address, plain
from engine.http.errors import HttpError, translated
from engine.http.policy import EgressPolicy
from engine.http.resolver import Resolver
from engine.http.streams import TooEarly, connected

RESOLVE_TIMEOUT = 5.0
MAX_ADDRESSES = 8
NEXT_ADDRESS_AFTER = 0.25
READ_BYTES = 16 * 1024
MAX_WIRE = 3 * 1024 * 1024


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects where `policy` allows, and nowhere else."""

    def __init__(self, policy: EgressPolicy, resolver: Resolver) -> None:
        self._policy = policy
        self._resolver = resolver

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._addresses(host)
        self._policy.check(host, port, addresses)

        async def connect(address: Address) -> httpcore2.AsyncNetworkStream:
            try:
                return await connected(str(address), port, timeout)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                raise _unreachable(host, port, address, error) from None

        return GuardedStream(await first_connected(addresses[:MAX_ADDRESSES], connect), f"{host}:{port}")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise HttpError("refused-by-policy", "unix sockets are never connected to")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str) -> list[Address]:
        literal = _literal(host)
        if literal is not None:
            return [literal]
        try:
            async with asyncio.timeout(RESOLVE_TIMEOUT):
                found = await self._resolver.resolve(host)
        except TimeoutError:
            raise HttpError("resolve", f"{host} could not be looked up within {RESOLVE_TIMEOUT:g} s") from None
        except OSError as error:
            raise HttpError("resolve", f"{host} could not be looked up: {error.strerror or error}") from None
        if not found:
            raise HttpError("resolve", f"{host} has no address")
        try:
            return [plain(ip_address(address.partition("%")[0])) for address in found]
        except ValueError:
            raise HttpError("resolve", f"{host} was looked up as something that is no address") from None


class GuardedStream(httpcore2.AsyncNetworkStream):
    """A connection whose reads are small and counted, so that no peer can keep the parser busy for long."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream, peer: str) -> None:
        self._stream = stream
        self._peer = peer
        self._received = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._stream.read(min(max_bytes, READ_BYTES), timeout)
        self._received += len(data)
        if self._received > MAX_WIRE:
            raise HttpError("protocol", f"{self._peer} sent more than {MAX_WIRE // 1024} KiB in answer to one request")
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._received = 0
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        try:
            stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except httpcore2.ConnectError as error:
            raise HttpError("tls", f"no TLS connection to {self._peer}: {_tls_reason(error.__cause__)}") from None
        except BaseException:
            # A cancelled handshake leaves the connection open below us.
            await self._stream.aclose()
            raise
        return GuardedStream(stream, self._peer)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


async def first_connected(
    addresses: list[Address], connect: Callable[[Address], Awaitable[httpcore2.AsyncNetworkStream]]
) -> httpcore2.AsyncNetworkStream:
    """The first connection made: the next address is tried when one failed or after 250 ms (RFC 8305).

    Raises the first address's HttpError when all fail. Connections that come too late are closed.
    """
    waiting = list(addresses)
    attempts: list[asyncio.Task[httpcore2.AsyncNetworkStream]] = []
    winner: asyncio.Task[httpcore2.AsyncNetworkStream] | None = None
    try:
        while winner is None:
            if waiting:
                attempts.append(asyncio.ensure_future(connect(waiting.pop(0))))
            running = [attempt for attempt in attempts if not attempt.done()]
            if running:
                delay = NEXT_ADDRESS_AFTER if waiting else None
                await asyncio.wait(running, timeout=delay, return_when=asyncio.FIRST_COMPLETED)
            winner = next((attempt for attempt in attempts if attempt.done() and attempt.exception() is None), None)
            if winner is None and not waiting and all(attempt.done() for attempt in attempts):
                break
        return (winner or attempts[0]).result()
    finally:
        for attempt in attempts:
            attempt.cancel()
        for late in await asyncio.gather(*attempts, return_exceptions=True):
            if isinstance(late, httpcore2.AsyncNetworkStream) and (winner is None or late is not winner.result()):
                await late.aclose()


def _unreachable(host: str, port: int, address: Address, error: Exception) -> HttpError:
    if isinstance(error, httpcore2.ConnectTimeout):
        return translated(error, f"{host}:{port}")
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    reason = os.strerror(cause.errno) if isinstance(cause, OSError) and cause.errno else str(cause)
    where = f"{host}:{port}" if host == str(address) else f"{host}:{port} at {address}"
    return HttpError("connect", f"could not connect to {where}: {reason}")


def _tls_reason(cause: BaseException | None) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return (cause.reason or str(cause)).replace("_", " ").lower()
    if isinstance(cause, TooEarly):
        return str(cause)
    return "it broke the connection during the handshake"


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
