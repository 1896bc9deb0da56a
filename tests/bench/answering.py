"""Receivers that cost next to nothing, in a process of their own: prints their ports, answers whatever it is sent.

A request whose path is `/slow` is answered after two seconds, one whose path is `/never` is not.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import uvloop

from tests.bench.table import ROOT

BODY = b'{"ok":true}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
SLOW_SECONDS = 2.0


class Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        if len(rest) < length:
            return
        self._received = rest[length:]
        if b" /slow" in head:
            asyncio.get_running_loop().call_later(SLOW_SECONDS, self._transport.write, ANSWER)
        elif b" /never" not in head:
            self._transport.write(ANSWER)


async def serve(number: int) -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(Answering, "127.0.0.1", 0) for _ in range(number)]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)  # noqa: T201
    await asyncio.gather(*(server.serve_forever() for server in servers))


@contextmanager
def receivers(number: int) -> Iterator[list[str]]:
    """Their urls."""
    command = [sys.executable, "-m", "tests.bench.answering", str(number)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield [f"http://127.0.0.1:{int(port)}" for port in process.stdout.readline().split()]
        finally:
            process.kill()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
