"""The one thread that writes: it takes what waits, runs it as a group, and answers when the commit has returned.

Nothing waits for company: a lone operation is committed at once, and those that arrive meanwhile are the next group.
The queue is bounded by number, bytes and time; whoever it refuses knows that nothing was stored. The transaction is
begun before anything is taken from the queue, so that who waits for another process's lock still waits in the queue.
"""

import asyncio
import shutil
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from engine.errors import HookcellError, Stopping, StoreBusy, StoreLost
from engine.store.connections import driver, is_lost, sqlite_code
from engine.store.group import Operation, run_group
from engine.store.limits import StoreLimits
from engine.store.weight import weight

_DISK_LOOK_SECONDS = 1.0


class Writer:
    """Belongs to the event loop that opened it. `on_lost` is called there, once, when the database failed."""

    def __init__(self, folder: Path, limits: StoreLimits, on_lost: Callable[[BaseException], None]) -> None:
        self._folder = folder
        self._limits = limits
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        self._expiry: asyncio.TimerHandle | None = None
        # below: shared with the thread, under the lock that `_work` holds
        self._work = threading.Condition()
        self._queue: deque[Operation] = deque()
        self._bytes = 0
        self._closing = False
        self._lost = False
        # below: the thread's, read without a lock
        self._taken: list[Operation] = []
        self._disk_low = False
        self._disk_looked_at = -_DISK_LOOK_SECONDS
        self._tidy_at = time.monotonic() + limits.tidy_every_seconds

    async def open(self, connect: Callable[[], Connection]) -> None:
        """Calls `connect` in the thread; raises what it raises."""
        opened: asyncio.Future[object] = self._loop.create_future()
        threading.Thread(target=self._main, args=(connect, opened), name="store-writer", daemon=True).start()
        await opened

    def submit(self, run: Callable[[Connection], object], *, durable: bool = True) -> "asyncio.Future[object]":
        """Raises StoreBusy, StoreLost or Stopping when nothing can be taken; the answer may be StoreBusy as well."""
        size = weight(run)
        deadline = time.monotonic() + self._limits.queue_seconds
        operation = Operation(run, self._loop.create_future(), size, deadline, durable)
        with self._work:
            if self._lost:
                raise _lost()
            if self._closing:
                raise Stopping("The server is shutting down; nothing was stored.")
            if self._disk_low:
                raise self._low()
            # one that is larger than the whole bound goes alone
            if len(self._queue) >= self._limits.queue_operations or (
                self._queue and self._bytes + size > self._limits.queue_bytes
            ):
                raise StoreBusy("Too much waits to be written; nothing was stored.")
            self._queue.append(operation)
            self._bytes += size
            self._work.notify()
        if self._expiry is None:
            self._expiry = self._loop.call_later(self._limits.queue_seconds, self._expire)
        return operation.future

    def load(self) -> float:
        """0 is an empty queue, 1 one that refuses."""
        if self._disk_low or self._lost:
            return 1.0
        return min(1.0, max(len(self._queue) / self._limits.queue_operations, self._bytes / self._limits.queue_bytes))

    async def close(self) -> None:
        """Writes what waits, tidies and checkpoints."""
        with self._work:
            self._closing = True
            self._work.notify()
        await asyncio.shield(self._ended)
        if self._expiry is not None:
            self._expiry.cancel()

    def _expire(self) -> None:
        now = time.monotonic()
        late: list[Operation] = []
        self._expiry = None
        with self._work:
            while self._queue and self._queue[0].deadline <= now:
                late.append(self._pop())
            if self._queue:
                self._expiry = self._loop.call_later(max(self._queue[0].deadline - now, 0.001), self._expire)
        seconds = self._limits.queue_seconds
        for operation in late:
            operation.error = StoreBusy(f"The database took no write for {seconds:g} s; nothing was stored.")
        _answer(late)

    def _pop(self) -> Operation:
        operation = self._queue.popleft()
        self._bytes -= operation.size
        return operation

    def _low(self) -> StoreBusy:
        return StoreBusy(
            f"The disk of {self._folder} has less than {self._limits.free_disk // 2**20} MiB left; nothing was stored. "
            "Free some space.",
            retry_after=10,
        )

    # what follows runs in the thread

    def _main(self, connect: Callable[[], Connection], opened: "asyncio.Future[object]") -> None:
        try:
            connection = connect()
        except Exception as error:
            self._tell(_fail, opened, error)
            self._tell(self._ended.set_result, None)
            return
        self._tell(opened.set_result, None)
        try:
            while self._wait():
                self._commit_group(connection)
                if time.monotonic() >= self._tidy_at:
                    self._tidy(driver(connection))
            self._tidy(driver(connection))
            driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except Exception as error:
            self._lose(error)
        finally:
            with suppress(Exception):
                connection.close()
            self._tell(self._ended.set_result, None)

    def _wait(self) -> bool:
        """True when there may be work; False when the queue is empty for good."""
        with self._work:
            while not self._queue:
                if self._closing:
                    return False
                seconds = _DISK_LOOK_SECONDS if self._disk_low else max(self._tidy_at - time.monotonic(), 0.0)
                if not self._work.wait(seconds):
                    return True
        return True

    def _commit_group(self, connection: Connection) -> None:
        self._look_at_disk()
        taken = self._taken = []
        if self._disk_low:
            for operation in self._take():
                operation.error = self._low()
                taken.append(operation)
        elif self._queue:
            try:
                with self._waiting_for_disk(connection) as durable:
                    run_group(connection, self._take(durable), taken)
            except Exception as error:
                # another process has the lock: they still wait, and the next try is a second away
                if taken or sqlite_code(error) != sqlite3.SQLITE_BUSY:
                    raise
        self._taken = []
        self._tell(_answer, taken)

    @contextmanager
    def _waiting_for_disk(self, connection: Connection) -> Iterator[bool]:
        """Whether the next commit does; the commit after one that does not takes it along."""
        with self._work:
            durable = any(operation.durable for operation in islice(self._queue, self._limits.group_operations))
        if not durable:
            driver(connection).execute("PRAGMA synchronous = NORMAL")
        try:
            yield durable
        finally:
            if not durable:
                driver(connection).execute("PRAGMA synchronous = FULL")

    def _take(self, durable: bool = True) -> Iterator[Operation]:
        end = time.monotonic() + self._limits.group_seconds
        for _ in range(self._limits.group_operations):
            with self._work:
                if not self._queue or (self._queue[0].durable and not durable):
                    return
                operation = self._pop()
            if operation.future.cancelled():
                continue
            yield operation
            if time.monotonic() >= end:
                return

    def _look_at_disk(self) -> None:
        now = time.monotonic()
        if now - self._disk_looked_at >= _DISK_LOOK_SECONDS:
            self._disk_looked_at = now
            self._disk_low = shutil.disk_usage(self._folder).free < self._limits.free_disk

    def _tidy(self, raw: sqlite3.Connection) -> None:
        self._tidy_at = time.monotonic() + self._limits.tidy_every_seconds
        try:
            # gives one page back a step, and pysqlite takes more than one step in a script only
            raw.executescript(f"PRAGMA incremental_vacuum({self._limits.tidy_pages})")
            raw.execute("PRAGMA optimize").fetchall()
        except sqlite3.Error as error:
            # a full disk or another process's lock: the next time will do
            if is_lost(error):
                raise

    def _lose(self, error: Exception) -> None:
        with self._work:
            self._lost = True
            unanswered = self._taken + [self._pop() for _ in range(len(self._queue))]
        for operation in unanswered:
            operation.error = _lost()
        # who is told so finds the store refusing everything
        self._tell(self._on_lost, error)
        self._tell(_answer, unanswered)

    def _tell(self, callback: Callable[..., object], *arguments: object) -> None:
        # a loop that is closed has nobody left to answer
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *arguments)


def _lost() -> HookcellError:
    return StoreLost("The database failed, and the server is ending; nothing was confirmed. Look at the disk.")


def _fail(future: "asyncio.Future[object]", error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


def _answer(operations: list[Operation]) -> None:
    for operation in operations:
        future = operation.future
        if future.done():
            continue
        if operation.error is None:
            future.set_result(operation.result)
        elif isinstance(operation.error, StopIteration):
            # a future cannot hold one
            future.set_exception(RuntimeError("A store function let StopIteration out."))
        else:
            future.set_exception(operation.error)
