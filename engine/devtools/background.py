"""The sandbox in a thread of its own, for tests: called from plain functions, and from those that have a loop."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from engine.devtools.sandboxed import local_scripts
from engine.scripts import Scripts

T = TypeVar("T")


class Background:
    """`start`, `do` what needs the sandbox, `close`. The thread outlives the sandbox, as its processes need."""

    def __init__(self) -> None:
        self._started: Future[Scripts] = Future()
        self._thread = threading.Thread(target=self._serve, name="hookcell", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None

    def start(self) -> Scripts:
        """Raises CannotStart."""
        self._thread.start()
        return self._started.result()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        if self._loop is not None and self._over is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def _serve(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _main(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with local_scripts() as scripts:
            self._started.set_result(scripts)
            await self._over.wait()
