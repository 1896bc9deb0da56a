"""Reading an answer without trusting its size: bytes, pieces, headers and what they decompress to are all capped.

Content codings are undone one after the other, each into at most `limit` bytes and in steps of at most 1 MiB, in a
thread. Only codings we ask for are undone; a body in another one is handed over as it came.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing

import httpx2

from engine.http.errors import HttpError

MAX_ANSWER = 2 * 1024 * 1024
MAX_PIECES = 20_000
MAX_HEADERS = 200
MAX_HEADER_BYTES = 64 * 1024
MAX_CODINGS = 3

_CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_PIECES_A_TURN = 64


def answer_headers(raw: list[tuple[bytes, bytes]], destination: str) -> tuple[tuple[str, str], ...]:
    """Lower-case names in the order received, repeated ones kept. Raises HttpError `protocol` above the caps."""
    if len(raw) > MAX_HEADERS or sum(len(name) + len(value) for name, value in raw) > MAX_HEADER_BYTES:
        raise HttpError(
            "protocol",
            f"{destination} answered with more than {MAX_HEADERS} headers or {MAX_HEADER_BYTES // 1024} KiB of them",
        )
    return tuple((name.decode("ascii").lower(), _text(value)) for name, value in raw)


async def read(stream: AsyncIterable[bytes], limit: int) -> tuple[bytes, bool]:
    """At most `limit` bytes of a body, and whether there was more. The rest is left unread."""
    body = bytearray()
    pieces = 0
    async with aclosing(_generator(stream)) as source:
        async for piece in source:
            pieces += 1
            body += piece
            if len(body) > limit or pieces > MAX_PIECES:
                return bytes(body[:limit]), True
            if pieces % _PIECES_A_TURN == 0:
                # Thousands of tiny chunks can come out of one read; other work must get its turn.
                await asyncio.sleep(0)
    return bytes(body), False


async def decoded(
    body: bytes, truncated: bool, headers: tuple[tuple[str, str], ...], limit: int, destination: str
) -> tuple[bytes, bool]:
    """The body without its content codings, at most `limit` bytes of it, and whether anything is missing.

    Raises HttpError `protocol` for a body that is not in the coding it claims.
    """
    values = ",".join(value for name, value in headers if name == "content-encoding")
    codings = [coding for value in values.split(",") if (coding := value.strip().lower()) not in ("", "identity")]
    if not body or not codings or any(coding not in _CODINGS for coding in codings):
        return body, truncated
    if len(codings) > MAX_CODINGS:
        raise HttpError("protocol", f"the answer of {destination} is encoded {len(codings)} times over")
    for coding in reversed(codings):
        body, truncated = await asyncio.to_thread(_undo, _CODINGS[coding], body, truncated, limit, destination)
    return body, truncated


def _undo(coding: str, body: bytes, truncated: bool, limit: int, destination: str) -> tuple[bytes, bool]:
    response = httpx2.Response(200, headers=[("content-encoding", coding)], stream=httpx2.ByteStream(body))
    content = bytearray()
    try:
        for piece in response.iter_bytes():
            content += piece
            if len(content) > limit:
                return bytes(content[:limit]), True
    except httpx2.DecodingError as error:
        if not truncated:
            raise HttpError("protocol", f"the answer of {destination} is not {coding} as it says: {error}") from None
    return bytes(content), truncated


async def _generator(stream: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    async for piece in stream:
        yield piece


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
