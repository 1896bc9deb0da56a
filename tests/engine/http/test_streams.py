"""Connections on the transports of both event loops: asyncio's, which the tests have, and uvloop's, which serves."""

import asyncio
import socket
import struct
from contextlib import suppress
from typing import Any

import httpcore2
import pytest
import uvloop

from engine.http import GuardedClient, OutgoingRequest
from engine.http.streams import MAX_BUFFERED, Stream, connected
from tests.engine.http.network import LOOPBACK, Names, conversing
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


def test_a_peer_that_closes_or_speaks_unasked_is_noticed(run: Any) -> None:
    async def main() -> None:
        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if await reader.read(1) == b"s":
                writer.write(b"unasked")
                await writer.drain()
                await reader.read()

        async with conversing(converse) as port:
            for word, said in ((b"s", b"unasked"), (b"c", b"")):
                stream = await connected("127.0.0.1", port)
                assert not stream.get_extra_info("is_readable")
                await stream.write(word)
                async with asyncio.timeout(20):
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
            with suppress(ConnectionError):
                while True:
                    writer.write(b"x" * 65_536)
                    await writer.drain()
                    sent += 65_536

        async with conversing(converse) as port:
            stream = await connected("127.0.0.1", port)
            before = -1
            async with asyncio.timeout(20):
                while before != sent:
                    before = sent
                    await asyncio.sleep(0.1)
            assert len(await stream.read(10**9)) <= 5 * MAX_BUFFERED
            async with asyncio.timeout(20):
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


def test_a_request_goes_out_in_one_piece(run: Any) -> None:
    async def main() -> None:
        pieces = []

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            pieces.append(await reader.read(1_000))

        async with conversing(converse) as port:
            stream = await connected("127.0.0.1", port)
            for part in (b"head", b"", b"body"):
                await stream.write(part)
            assert await stream.read(1) == b""
            await stream.aclose()
        assert pieces == [b"headbody"]

    run(main())


def test_whoever_writes_waits_for_a_peer_that_takes_nothing(run: Any) -> None:
    async def main() -> None:
        takes, taken, written = asyncio.Event(), 0, 0

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal taken
            await takes.wait()
            while piece := await reader.read(1_000_000):
                taken += len(piece)

        async with conversing(converse) as port:
            stream = await connected("127.0.0.1", port)
            with pytest.raises(httpcore2.WriteTimeout):
                while True:
                    written += len(LARGE)
                    await stream.write(LARGE, 0.1)
            takes.set()
            await stream.write(b"and more", 20)
            async with asyncio.timeout(20):
                while taken < written + len(b"and more"):
                    await asyncio.sleep(0.001)
            await stream.aclose()

    run(main())


def test_what_a_peer_said_before_it_left_can_be_read(run: Any) -> None:
    async def main() -> None:
        async def converse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(LARGE)
            writer.write_eof()
            await writer.drain()

        async with conversing(converse) as port:
            stream = await connected("127.0.0.1", port)
            said = b""
            async with asyncio.timeout(20):
                while piece := await stream.read(1_000):
                    said += piece
            assert said == LARGE
            await stream.aclose()

    run(main())


def test_a_connection_that_a_peer_breaks_is_an_error_for_its_reader(run: Any) -> None:
    async def main() -> None:
        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            reset = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            writer.transport.abort()

        async with conversing(converse) as port:
            stream = await connected("127.0.0.1", port)
            await stream.write(b"x")
            with pytest.raises(httpcore2.ReadError):
                await stream.read(1, 20)
            await stream.aclose()

    run(main())


def test_a_reader_that_gave_up_does_not_keep_the_next_one_from_reading(run: Any) -> None:
    async def main() -> None:
        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.read(1))
            await reader.read(1)

        async with conversing(converse) as port:
            stream = await connected("127.0.0.1", port)
            reading = asyncio.create_task(stream.read(1))
            await asyncio.sleep(0.01)
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await stream.write(b"x")
            assert await stream.read(1, 20) == b"x"
            await stream.aclose()

    run(main())


def test_what_is_said_before_the_handshake_is_no_answer_under_tls(run: Any) -> None:
    async def main() -> None:
        heard: list[bytes] = []

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
            heard.append(await reader.read(100))

        async with conversing(converse) as port:
            stream = await connected("127.0.0.1", port)
            async with asyncio.timeout(20):
                while not stream.get_extra_info("is_readable"):
                    await asyncio.sleep(0.001)
            await asyncio.sleep(0.01)
            with pytest.raises(httpcore2.ConnectError, match="before the handshake"):
                await stream.start_tls(trusting_tls(), TLS_HOST)
            async with asyncio.timeout(20):
                while not heard:
                    await asyncio.sleep(0.001)
        assert heard == [b""]

    run(main())


@pytest.mark.parametrize("late", [False, True])
def test_a_handshake_that_is_given_up_leaves_no_connection(run: Any, late: bool) -> None:
    async def main() -> None:
        gone = asyncio.Event()

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.read(1_000):
                pass
            gone.set()

        async with conversing(converse) as port:
            stream = await connected("127.0.0.1", port)
            shaking = asyncio.create_task(stream.start_tls(trusting_tls(), TLS_HOST, 0.01 if late else None))
            if not late:
                await asyncio.sleep(0.01)
                shaking.cancel()
            (outcome,) = await asyncio.gather(shaking, return_exceptions=True)
            assert isinstance(outcome, httpcore2.ConnectTimeout if late else asyncio.CancelledError)
            async with asyncio.timeout(20):
                await gone.wait()

    run(main())


def test_connecting_that_is_given_up_leaves_no_connection(run: Any) -> None:
    async def main() -> None:
        opened = closed = 0

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal opened, closed
            opened += 1
            await reader.read()
            closed += 1

        async with conversing(converse) as port:
            for turns in range(12):
                connecting = asyncio.create_task(connected("127.0.0.1", port))
                for _ in range(turns):
                    await asyncio.sleep(0)
                connecting.cancel()
                for stream in await asyncio.gather(connecting, return_exceptions=True):
                    if isinstance(stream, Stream):
                        await stream.aclose()
            await asyncio.sleep(0.05)
            async with asyncio.timeout(20):
                while opened != closed:
                    await asyncio.sleep(0.001)

    run(main())
