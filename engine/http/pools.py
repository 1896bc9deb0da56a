"""Connections kept for reuse, and how many requests may be under way.

One pool for each effective policy: a connection made under a wider policy is never given to a narrower one. A request
waits for a place at its destination first and for one of all places second, so that a slow destination holds few.
"""

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpcore2

from engine.http.backend import GuardedBackend
from engine.http.policy import EgressPolicy
from engine.http.resolver import Resolver

MAX_REQUESTS = 256
MAX_REQUESTS_A_DESTINATION = 8
MAX_POOLS = 16
MAX_IDLE_A_POOL = 20
# Shorter than the common servers' own: a connection they are about to close is not worth a failed delivery.
KEEP_IDLE = 1.5


@dataclass
class _Counted:
    places: asyncio.Semaphore
    users: int = 0


class Places:
    """How many requests are under way, in all and for each destination."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(MAX_REQUESTS)
        self._destinations: dict[str, _Counted] = {}

    @asynccontextmanager
    async def taken(self, destination: str) -> AsyncGenerator[None]:
        counted = self._destinations.get(destination)
        if counted is None:
            counted = _Counted(asyncio.Semaphore(MAX_REQUESTS_A_DESTINATION))
            self._destinations[destination] = counted
        counted.users += 1
        try:
            async with counted.places, self._all:
                yield
        finally:
            counted.users -= 1
            if not counted.users:
                del self._destinations[destination]


@dataclass
class _Pool:
    connections: httpcore2.AsyncConnectionPool
    users: int = field(default=0)


class Pools:
    """The connection pools by policy, least recently used first; idle ones beyond `MAX_POOLS` are closed."""

    def __init__(self, resolver: Resolver, ssl_context: ssl.SSLContext) -> None:
        self._resolver = resolver
        self._ssl_context = ssl_context
        self._pools: OrderedDict[EgressPolicy, _Pool] = OrderedDict()

    @asynccontextmanager
    async def lease(self, policy: EgressPolicy) -> AsyncGenerator[httpcore2.AsyncConnectionPool]:
        pool = self._pools.get(policy)
        if pool is None:
            pool = self._pools[policy] = _Pool(self._opened(policy))
        self._pools.move_to_end(policy)
        pool.users += 1
        try:
            await self._close_surplus()
            yield pool.connections
        finally:
            pool.users -= 1

    @property
    def connections(self) -> list[str]:
        """What is open, as the library words it: for tests and diagnosis."""
        return [repr(connection) for pool in self._pools.values() for connection in pool.connections.connections]

    async def close(self) -> None:
        while self._pools:
            _, pool = self._pools.popitem()
            await pool.connections.aclose()

    async def _close_surplus(self) -> None:
        unused = [policy for policy, pool in self._pools.items() if not pool.users]
        surplus = [self._pools.pop(policy) for policy in unused[: max(0, len(self._pools) - MAX_POOLS)]]
        for pool in surplus:
            await pool.connections.aclose()

    def _opened(self, policy: EgressPolicy) -> httpcore2.AsyncConnectionPool:
        return httpcore2.AsyncConnectionPool(
            ssl_context=self._ssl_context,
            max_connections=MAX_REQUESTS,
            max_keepalive_connections=MAX_IDLE_A_POOL,
            keepalive_expiry=KEEP_IDLE,
            network_backend=GuardedBackend(policy, self._resolver),
        )
