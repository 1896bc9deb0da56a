import asyncio
import ssl
from contextlib import AsyncExitStack, suppress

import pytest

from engine.http.pools import Pools
from engine.http.urls import parse_url
from tests.engine.http.network import LOOPBACK, Names, client, conversing, get
from tests.receiver import Receiver, Response

pytestmark = pytest.mark.anyio


async def test_what_is_lent_is_counted_and_what_was_never_connected_is_not_kept() -> None:
    pools = Pools(Names(), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    a, b = parse_url("http://a.example/1"), parse_url("http://b.example/2")
    async with pools.connection(a, LOOPBACK), pools.connection(a, LOOPBACK), pools.connection(b, LOOPBACK):
        assert len(pools.connections) == 3
    assert pools.connections == []


async def test_idle_connections_are_few_and_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.http.pools.MAX_IDLE", 3)
    async with AsyncExitStack() as stack:
        receivers = [await stack.enter_async_context(Receiver()) for _ in range(5)]
        guarded = await stack.enter_async_context(client())
        for receiver in receivers:
            await guarded.send(get(receiver.url))
        assert len(guarded.connections) == 3
        for receiver in reversed(receivers):
            await guarded.send(get(receiver.url))
        assert [receiver.connections for receiver in receivers] == [2, 2, 1, 1, 1]


async def test_the_connection_used_last_is_used_next() -> None:
    async with Receiver(lambda _: Response(delay=0.02)) as receiver, client() as guarded:
        await asyncio.gather(*(guarded.send(get(receiver.url)) for _ in range(3)))
        for _ in range(3):
            await guarded.send(get(receiver.url))
        assert receiver.connections == 3
        assert len({request.connection for request in receiver.requests[3:]}) == 1


async def test_what_nobody_uses_is_closed_though_nobody_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.http.pools.KEEP_IDLE", 0.05)
    async with Receiver() as receiver, client() as guarded:
        for _ in range(2):
            await asyncio.gather(guarded.send(get(receiver.url)), guarded.send(get(receiver.url)))
            assert receiver.open_connections > 0
            await receiver.quiet()
            assert guarded.connections == []


async def test_a_connection_that_its_peer_closed_is_not_used_again() -> None:
    async with Receiver(lambda _: Response(headers=(("Connection", "close"),))) as receiver, client() as guarded:
        for _ in range(3):
            assert (await guarded.send(get(receiver.url))).status == 200
        assert (receiver.connections, guarded.connections) == (3, [])
    async with client() as guarded:
        async with Receiver() as receiver:
            await guarded.send(get(receiver.url))
        async with Receiver(port=receiver.port) as receiver:
            assert (await guarded.send(get(receiver.url))).status == 200


async def test_what_comes_behind_an_answer_is_never_the_next_ones() -> None:
    """One receiver may serve many integrations: a page of it that lies about its length must not answer for another."""
    forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    connections = 0

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + forged)

    async with conversing(converse) as port, client() as guarded:
        url = f"http://127.0.0.1:{port}/"
        assert [(await guarded.send(get(url))).content for _ in range(3)] == [b"ok"] * 3
        assert (connections, guarded.connections) == (3, [])
