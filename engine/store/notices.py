"""Tells the other processes of a PostgreSQL database that something may be due, and is told so by them.

A connection of its own, which a pooler could not give, and a thread that waits on it. NOTIFY goes out after the commit
it is about, at most every INTERVAL_SECONDS however much is committed: inside transactions it would make them queue for
one lock. Whoever is not told looks once a second all the same, so a connection that is lost costs time and no more.
"""

import asyncio
import os
import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import structlog

from engine.store.postgres_address import CONNECT_SECONDS
from engine.store.postgres_engine import said_by_postgres
from engine.store.postgres_watch import Watch

INTERVAL_SECONDS = 0.005
AGAIN_SECONDS = 1.0
# a connection that nothing came from for as long is asked whether it is there
ASK_SECONDS = 10.0
ANSWER_SECONDS = 5.0
_CHANNEL = "hookcell"

_log = structlog.stdlib.get_logger("hookcell.store")


class Notices:
    """Lives on one event loop, where `told` is called; `own` names this process, which need not be told by itself."""

    def __init__(self, address: str, own: str, watch: Watch, told: Callable[[], None]) -> None:
        self._address = address
        self._own = own
        self._watch = watch
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)
        self._to_tell = False
        self._closing = False
        self._thread = threading.Thread(target=self._main, name="store-notices", daemon=True)
        self._thread.start()

    def tell(self) -> None:
        """Soon; calls between two notices count as one."""
        if not self._to_tell:
            self._to_tell = True
            self._wake()

    async def close(self) -> None:
        self._closing = True
        self._wake()
        await asyncio.to_thread(self._thread.join, ANSWER_SECONDS + CONNECT_SECONDS)
        os.close(self._waker)
        os.close(self._woken)

    def _wake(self) -> None:
        # one that is full wakes already
        with suppress(BlockingIOError):
            os.write(self._waker, b"!")

    # what follows runs in the thread

    def _main(self) -> None:
        away = False
        while not self._closing:
            try:
                with psycopg.connect(self._address, autocommit=True) as connection:
                    self._execute(connection, f"LISTEN {_CHANNEL}")
                    # what was told meanwhile
                    self._tell_here()
                    away = False
                    self._serve(connection)
            except (psycopg.Error, OSError) as error:
                if not away and not self._closing:
                    _log.warning("nobody is told what is due until the database is back", error=said_by_postgres(error))
                away = True
                self._wait([], AGAIN_SECONDS)
            except Exception:
                # Whatever it is, it must not leave this process untold for good.
                _log.exception("what is due was not told, in a way that should not be")
                self._wait([], AGAIN_SECONDS)

    def _serve(self, connection: "psycopg.Connection[Any]") -> None:
        next_at = 0.0
        while True:
            if self._closing:
                return
            # before the first wait: something may have been committed while nobody could be told
            if self._to_tell:
                time.sleep(max(next_at - time.monotonic(), 0.0))
                self._tell_others(connection)
                next_at = time.monotonic() + INTERVAL_SECONDS
            if any(notice.payload != self._own for notice in list(connection.notifies(timeout=0))):
                self._tell_here()
            if not self._wait([connection.fileno()], ASK_SECONDS):
                self._execute(connection, "SELECT 1")

    def _tell_others(self, connection: "psycopg.Connection[Any]") -> None:
        self._to_tell = False
        try:
            self._execute(connection, f"SELECT pg_notify('{_CHANNEL}', %s)", self._own)
        except BaseException:
            self._to_tell = True
            raise

    def _wait(self, others: list[int], seconds: float) -> bool:
        """Until woken, or one of the others can be read; whether either was."""
        # select() takes no descriptor beyond 1023
        poll = select.poll()
        for descriptor in (self._woken, *others):
            poll.register(descriptor, select.POLLIN)
        readable = poll.poll(seconds * 1000)
        with suppress(BlockingIOError):
            os.read(self._woken, 4096)
        return bool(readable)

    def _execute(self, connection: "psycopg.Connection[Any]", statement: str, *values: str) -> None:
        with self._watch.until(connection, time.monotonic() + ANSWER_SECONDS):
            connection.execute(statement.encode(), values)

    def _tell_here(self) -> None:
        # a loop that is closed has nobody left to tell
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._told)
