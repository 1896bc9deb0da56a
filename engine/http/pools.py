"""Connections kept for reuse.

A connection belongs to its destination and to the policy it was made under: one made under a wider policy is never
given to a narrower one. What nobody uses is closed when its time is over, whether or not anybody asks again.
"""

import asyncio
import ssl
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpcore2

from engine.http.backend import GuardedBackend
from engine.http.policy import EgressPolicy
from engine.http.resolver import Resolver
from engine.http.urls import Target

MAX_IDLE = 128
# Shorter than the common servers' own: a connection they are about to close is not worth a failed delivery.
KEEP_IDLE = 1.5

_Key = tuple[EgressPolicy, str]


class Pools:
    """Lives on one event loop; `close` it there, once nothing is lent."""

    def __init__(self, resolver: Resolver, ssl_context: ssl.SSLContext) -> None:
        self._resolver = resolver
        self._ssl_context = ssl_context
        self._lent: set[httpcore2.AsyncHTTPConnection] = set()
        # both oldest first
        self._idle: dict[_Key, list[httpcore2.AsyncHTTPConnection]] = {}
        self._since: OrderedDict[httpcore2.AsyncHTTPConnection, tuple[_Key, float]] = OrderedDict()
        self._sweeper: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def connection(self, target: Target, policy: EgressPolicy) -> AsyncGenerator[httpcore2.AsyncHTTPConnection]:
        """One for a single request, which connects when it is used; it is kept or closed after that."""
        key = policy, target.destination
        connection = await self._kept(key) or self._new(target, policy)
        self._lent.add(connection)
        try:
            yield connection
        finally:
            self._lent.remove(connection)
            await self._put_back(key, connection)

    @property
    def connections(self) -> list[str]:
        """What is open, as the library words it: for tests and diagnosis."""
        return [repr(connection) for connection in (*self._lent, *self._since)]

    async def close(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
        while self._since:
            await self._close_oldest()

    def _new(self, target: Target, policy: EgressPolicy) -> httpcore2.AsyncHTTPConnection:
        return httpcore2.AsyncHTTPConnection(
            httpcore2.Origin(target.scheme.encode(), target.host.encode(), target.port),
            ssl_context=self._ssl_context,
            keepalive_expiry=KEEP_IDLE,
            network_backend=GuardedBackend(policy, self._resolver),
        )

    async def _kept(self, key: _Key) -> httpcore2.AsyncHTTPConnection | None:
        """The one used last, which is the likeliest to be open still; those that are not are closed."""
        while key in self._idle:
            connection = self._idle[key][-1]
            self._forget(key, connection)
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def _put_back(self, key: _Key, connection: httpcore2.AsyncHTTPConnection) -> None:
        if not connection.is_available() or _said_more(connection):
            await connection.aclose()
            return
        self._idle.setdefault(key, []).append(connection)
        self._since[connection] = key, time.monotonic()
        if len(self._since) > MAX_IDLE:
            await self._close_oldest()
        if self._sweeper is None or self._sweeper.done():
            self._sweeper = asyncio.create_task(self._sweep())

    async def _sweep(self) -> None:
        while self._since:
            _, since = next(iter(self._since.values()))
            left = since + KEEP_IDLE - time.monotonic()
            if left > 0:
                await asyncio.sleep(left)
            else:
                await self._close_oldest()

    async def _close_oldest(self) -> None:
        connection, (key, _) = next(iter(self._since.items()))
        self._forget(key, connection)
        await connection.aclose()

    def _forget(self, key: _Key, connection: httpcore2.AsyncHTTPConnection) -> None:
        del self._since[connection]
        kept = self._idle[key]
        kept.remove(connection)
        if not kept:
            del self._idle[key]


def _said_more(connection: httpcore2.AsyncHTTPConnection) -> bool:
    """Whether bytes came behind the answer: the library would take them for the beginning of the next one's."""
    http = connection._connection
    return not isinstance(http, httpcore2.AsyncHTTP11Connection) or http._h11_state.trailing_data != (b"", False)
