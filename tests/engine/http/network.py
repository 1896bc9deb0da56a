"""What the tests of the client share: names without a network, and a client for the receiver on loopback."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from ssl import SSLContext, create_default_context

from engine.http import EgressPolicy, GuardedClient, HttpError, OutgoingRequest, Resolver

LOOPBACK = EgressPolicy.parse("127.0.0.0/8")


class Names:
    """Resolves from a table; `asked` lists the names looked up. A name that is not there does not exist."""

    def __init__(self, **addresses: list[str]) -> None:
        self.addresses = {name.replace("_", "."): found for name, found in addresses.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str) -> list[str]:
        self.asked.append(host)
        if host not in self.addresses:
            raise OSError(-2, "Name or service not known")
        return self.addresses[host]


@cache
def system_tls() -> SSLContext:
    """What the client makes for itself; reading all certificates once is enough for the tests."""
    return create_default_context()


@asynccontextmanager
async def client(
    policy: EgressPolicy = LOOPBACK, *, resolver: Resolver | None = None, tls: SSLContext | None = None
) -> AsyncGenerator[GuardedClient]:
    guarded = GuardedClient(policy, resolver=resolver or Names(), ssl_context=tls or system_tls())
    try:
        yield guarded
    finally:
        await guarded.close()


def get(url: str, *headers: tuple[str, str], timeout: float = 10) -> OutgoingRequest:
    return OutgoingRequest("GET", url, headers, None, timeout)


async def failure(guarded: GuardedClient, request: OutgoingRequest) -> HttpError:
    """The error that sending `request` ends with."""
    try:
        answer = await guarded.send(request)
    except HttpError as error:
        return error
    raise AssertionError(f"answered {answer.status}")


@asynccontextmanager
async def conversing(
    converse: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncGenerator[int]:
    """The port of a server that is no HTTP's; every conversation has ended when the block has."""
    conversations: set[asyncio.Task[None]] = set()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.add(task)
        await converse(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async with await asyncio.start_server(accepted, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        async with asyncio.timeout(20):
            await asyncio.gather(*conversations)
