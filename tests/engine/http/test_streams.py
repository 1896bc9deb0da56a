"""Connections on the transports of both event loops: asyncio's, which the tests have, and uvloop's, which serves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpcore2
import pytest
import uvloop

from engine.http import GuardedClient, OutgoingRequest
from engine.http.streams import MAX_BUFFERED, connected
from tests.engine.http.network import LOOPBACK, Names
from tests.receiver import TLS_HOST, Received, Receiver, Response, receiver_tls, trusting_tls

LARGE = b"x" * (8 * MAX_BUFFERED)


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.mark.parametrize("tls", [False, True])
def test_large_bodies_go_both_ways_on_one_connection(run: Any, tls: bool) -> None:
    async def main() -> None:
        def echo(request: Received) -> Response:
            return Response(200, body=request.body)

        async with Receiver(echo, tls=receiver_tls() if tls else None) as receiver:
            url = f"https://{TLS_HOST}:{receiver.port}/" if tls else receiver.url
            client = GuardedClient(LOOPBACK, resolver=Names(**{TLS_HOST: ["127.0.0.1"]}), ssl_context=trusting_tls())
            for _ in range(2):
                answer = await client.send(OutgoingRequest("POST", url, body=LARGE))
                assert answer.content == LARGE
            assert receiver.connections == 1
            await client.close()

    run(main())


async def _serving(converse: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> asyncio.Server:
    return await asyncio.start_server(converse, "127.0.0.1", 0)


def test_a_peer_that_closes_or_speaks_unasked_is_noticed(run: Any) -> None:
    async def main() -> None:
        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if await reader.read(1) == b"s":
                writer.write(b"unasked")
                await writer.drain()
                await reader.read()
            writer.close()

        async with await _serving(converse) as server:
            port = server.sockets[0].getsockname()[1]
            for word, said in ((b"s", b"unasked"), (b"c", b"")):
                stream = await connected("127.0.0.1", port)
                assert not stream.get_extra_info("is_readable")
                await stream.write(word)
                async with asyncio.timeout(5):
                    while not stream.get_extra_info("is_readable"):
                        await asyncio.sleep(0.001)
                assert await stream.read(100) == said
                await stream.aclose()
                with pytest.raises(httpcore2.WriteError):
                    await stream.write(b"more")

    run(main())


def test_what_nobody_reads_is_not_taken_in_without_end(run: Any) -> None:
    async def main() -> None:
        sent = 0

        async def converse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            try:
                while True:
                    writer.write(b"x" * 65_536)
                    await writer.drain()
                    sent += 65_536
            except ConnectionError:
                writer.close()

        async with await _serving(converse) as server:
            stream = await connected("127.0.0.1", server.sockets[0].getsockname()[1])
            before = -1
            async with asyncio.timeout(10):
                while before != sent:
                    before = sent
                    await asyncio.sleep(0.1)
            assert len(await stream.read(10**9)) <= 5 * MAX_BUFFERED
            async with asyncio.timeout(5):
                while before == sent:
                    assert await stream.read(65_536)
                    await asyncio.sleep(0)
            await stream.aclose()

    run(main())


def test_timeouts_and_refusals_are_the_librarys_errors(run: Any) -> None:
    async def main() -> None:
        async with Receiver() as receiver:
            stream = await connected("127.0.0.1", receiver.port)
            with pytest.raises(httpcore2.ReadTimeout):
                await stream.read(1, 0.01)
            await stream.aclose()
        with pytest.raises(httpcore2.ConnectError):
            await connected("127.0.0.1", receiver.port)

    run(main())
