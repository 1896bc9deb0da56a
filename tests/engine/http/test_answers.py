import gzip
import tracemalloc
import zlib

import pytest

from engine.http.answers import MAX_ANSWER, MAX_PIECES, decoded
from tests.engine.http.network import client, failure, get
from tests.receiver import Receiver, Response

pytestmark = pytest.mark.anyio


def encoded(coding: str, body: bytes) -> Response:
    return Response(200, (("Content-Encoding", coding),), body)


def raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


@pytest.mark.parametrize(
    ("response", "content"),
    [
        (encoded("gzip", gzip.compress(b"hello")), b"hello"),
        (encoded("X-GZIP", gzip.compress(b"hello")), b"hello"),
        (encoded("deflate", zlib.compress(b"hello")), b"hello"),
        (encoded("deflate", raw_deflate(b"hello")), b"hello"),
        (encoded("deflate, gzip", gzip.compress(zlib.compress(b"hello"))), b"hello"),
        (encoded("identity", b"hello"), b"hello"),
        (encoded("gzip", b""), b""),
        (encoded("br", b"not ours to undo"), b"not ours to undo"),
        (encoded("gzip, br", b"not ours to undo"), b"not ours to undo"),
        (Response(200, (), b"x" * 100, chunked=True, piece=7), b"x" * 100),
    ],
    ids=range(10),
)
async def test_a_body_is_read_out_of_its_codings(response: Response, content: bytes) -> None:
    async with Receiver(lambda _: response) as receiver, client() as guarded:
        answer = await guarded.send(get(receiver.url))
    assert (answer.content, answer.truncated) == (content, False)


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (encoded("gzip", b"hello"), "is not gzip as it says"),
        (encoded("gzip, gzip", gzip.compress(b"hello")), "is not gzip as it says"),
        (encoded("gzip, gzip, gzip, gzip", b"x"), "is encoded 4 times over"),
    ],
    ids=range(3),
)
async def test_a_body_that_is_not_in_its_coding_is_a_protocol_error(response: Response, message: str) -> None:
    async with Receiver(lambda _: response) as receiver, client() as guarded:
        error = await failure(guarded, get(receiver.url))
    assert error.kind == "protocol" and message in error.message


@pytest.mark.parametrize("more", [0, 1])
async def test_an_answer_is_cut_at_2_mib_and_says_so(more: int) -> None:
    async with Receiver(lambda _: Response(200, body=b"x" * (MAX_ANSWER + more))) as receiver, client() as guarded:
        answer = await guarded.send(get(receiver.url))
        assert (len(answer.content), answer.truncated) == (MAX_ANSWER, bool(more))
        assert len(guarded.connections) == 1 - more


async def test_a_caller_may_ask_for_less_and_not_for_more() -> None:
    async with Receiver(lambda _: Response(200, body=bytes(MAX_ANSWER + 1))) as receiver, client() as guarded:
        assert len((await guarded.send(get(receiver.url), limit=10)).content) == 10
        assert len((await guarded.send(get(receiver.url), limit=MAX_ANSWER * 2)).content) == MAX_ANSWER


async def test_an_endless_answer_ends_at_the_limit() -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    async with Receiver(lambda _: head + bytes(16 * 1024 * 1024)) as receiver, client() as guarded:
        answer = await guarded.send(get(receiver.url))
        assert (len(answer.content), answer.truncated, guarded.connections) == (MAX_ANSWER, True, [])


async def test_a_flood_of_tiny_chunks_is_cut() -> None:
    body = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * (MAX_PIECES + 10) + b"0\r\n\r\n"
    async with Receiver(lambda _: body) as receiver, client() as guarded:
        answer = await guarded.send(get(receiver.url))
    assert answer.truncated and len(answer.content) == MAX_PIECES + 1


@pytest.mark.parametrize("codings", [["gzip"], ["gzip", "gzip"], ["gzip", "gzip", "gzip"]], ids=len)
async def test_a_bomb_goes_off_in_a_small_room(codings: list[str]) -> None:
    bomb = bytes(64 * 1024 * 1024)
    for _ in codings:
        bomb = gzip.compress(bomb, 1)
    headers = (("content-encoding", ", ".join(codings)),)
    tracemalloc.start()
    content, truncated = await decoded(bomb, False, headers, MAX_ANSWER, "http://bomb.example:80")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(content), truncated) == (MAX_ANSWER, True)
    assert peak < 16 * 1024 * 1024


async def test_a_compressed_body_that_was_cut_gives_what_it_holds() -> None:
    whole = gzip.compress(bytes(range(256)) * 1000, 0)
    content, truncated = await decoded(whole[:1000], True, (("content-encoding", "gzip"),), MAX_ANSWER, "x")
    assert truncated and content == (bytes(range(256)) * 1000)[: len(content)] and len(content) > 900


async def test_header_values_are_text_whatever_their_bytes() -> None:
    answer = b"HTTP/1.1 200 OK\r\nx-utf: Zo\xc3\xab\r\nx-latin: Zo\xeb\r\ncontent-length: 0\r\n\r\n"
    async with Receiver(lambda _: answer) as receiver, client() as guarded:
        headers = dict((await guarded.send(get(receiver.url))).headers)
    assert (headers["x-utf"], headers["x-latin"]) == ("Zoë", "Zoë")
