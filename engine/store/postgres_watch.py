"""Ends transactions that the server cannot: a way to the database that swallows everything looks like one that waits.

The server ends what takes too long by itself; this is for when its answer does not arrive.
"""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

EVERY_SECONDS = 0.5


class Watch:
    def __init__(self) -> None:
        # a connection is its own thread's again before anybody else may have it
        self._lock = threading.Lock()
        self._ends: dict[psycopg.Connection[Any], float] = {}

    @contextmanager
    def until(self, connection: "psycopg.Connection[Any]", end: float) -> Iterator[None]:
        """After `end`, on the monotonic clock, the connection is cut: who waits for it gets an OperationalError."""
        with self._lock:
            self._ends[connection] = end
        try:
            yield
        finally:
            with self._lock:
                del self._ends[connection]

    async def keep_watching(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            self.cut()

    def cut(self) -> None:
        now = time.monotonic()
        with self._lock:
            for connection, end in self._ends.items():
                if end <= now:
                    with suppress(OSError, psycopg.Error):
                        _shut(connection.fileno())


def _shut(descriptor: int) -> None:
    # closing it would be the driver's to do
    with socket.socket(fileno=os.dup(descriptor)) as connected:
        connected.shutdown(socket.SHUT_RDWR)
