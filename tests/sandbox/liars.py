"""Cells that lie: at the other end of a real pool's sockets, a few lines that send what no honest cell sends."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson

from sandbox import Limits, Program, wire
from sandbox.nursery import Nursery
from sandbox.pool import Pool
from sandbox.zygotes import Child, Exit
from tests.sandbox.cells import HOOKS

Send = Callable[[bytes], Awaitable[None]]
# what a liar does with each frame it receives
Liar = Callable[[wire.Frame, Send], Awaitable[None]]

PROGRAM = Program("liar", "liar", "script.py", "line one\nline two", b"code", HOOKS)
READY = wire.encode(wire.READY, 0, orjson.dumps({"layers": ["none"]}))
HONEST: dict[str, Any] = {
    "outcome": "completed",
    "wall": 1,
    "cpu": 1,
    "peak": 0,
    "growth": 0,
    "log": [],
    "no_json": None,
}


def result(call: int, payload: bytes = b'"a lie"', kind: int = wire.RESULT, **fields: Any) -> bytes:
    return wire.encode(kind, call, orjson.dumps(HONEST | fields), payload)


class LyingNursery(Nursery):
    """Its children are liars; behind each stands a process that can be killed in its place."""

    def __init__(self, liar: Liar, status: int) -> None:
        super().__init__("run", cell_uid=65534)
        self._status = status
        self._liar = liar
        self._behind: list[subprocess.Popen[bytes]] = []
        self._lying: list[asyncio.Task[None]] = []
        self.born = 0

    async def fork(self, memory: int) -> Child:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setblocking(False)
        behind = subprocess.Popen(["sleep", "60"])  # noqa: ASYNC220
        exited: asyncio.Future[Exit | None] = loop.create_future()
        exited.set_result(Exit(self._status, 0.0, 0))
        self._behind.append(behind)
        self._lying.append(loop.create_task(self._lie(theirs)))
        self.born += 1
        return Child(behind.pid, os.pidfd_open(behind.pid), ours, self.generation, exited)

    async def _lie(self, end: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        decoder = wire.Decoder(max_meta=2**31, max_payload=2**31)
        with end:
            try:
                while data := await loop.sock_recv(end, 65536):
                    decoder.feed(data)
                    while (frame := decoder.next()) is not None:
                        await self._liar(frame, lambda data: loop.sock_sendall(end, data))
            except OSError:
                return  # it was found out

    async def close(self) -> None:
        for task in self._lying:
            task.cancel()
        await asyncio.gather(*self._lying, return_exceptions=True)
        for behind in self._behind:
            behind.kill()
            behind.wait()


@asynccontextmanager
async def lying(
    liar: Liar, limits: Limits, *, status: int = signal.SIGKILL
) -> AsyncIterator[tuple[Pool, LyingNursery]]:
    """A pool full of such cells, which end with the wait status; whatever this side raises in its loop fails the test."""
    raised: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: raised.append(context))
    nursery = LyingNursery(liar, status)
    pool = Pool(nursery, limits)
    try:
        yield pool, nursery
    finally:
        await pool.close()
        await nursery.close()
    await asyncio.sleep(0)
    assert raised == []


def answering(lie: Callable[[int], bytes]) -> Liar:
    """Ready like an honest cell; then this, for every call."""

    async def liar(frame: wire.Frame, send: Send) -> None:
        await send(READY if frame.kind == wire.LOAD else lie(frame.call))

    return liar
