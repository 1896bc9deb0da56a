"""The sandbox as its users see it: compile a source, load it once, call its hooks; outcomes, never exceptions."""

import asyncio
import itertools
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from sandbox import wire
from sandbox.compiling import Compiling, rejected
from sandbox.harden import NOBODY
from sandbox.lane import Run
from sandbox.limits import Limits
from sandbox.nursery import Nursery, NurseryDown
from sandbox.orphans import Orphans
from sandbox.outcome import Crashed, JsonValue, NotRun, Outcome, Raised, Receipt
from sandbox.pool import Pool
from sandbox.program import Body, Compiled, HookForm, Program, Rejected
from sandbox.scheduling import short_turns
from sandbox.selftest import PROBES, QUICK, Tried, self_test
from sandbox.services import Services
from sandbox.zygotes import Child

COMPILES_WAITING = 64
RETRY_FORK_SECONDS = 0.05
LOAD_ONLY = -1
LOADS = 2


class Sandbox:
    """One zygote for scripts and one for compiling, and the cells forked from them.

    `start` before use, in the thread that outlives the sandbox; `close` ends every process. `cell_uid` is whom cells
    become when the server is root.
    """

    def __init__(self, limits: Limits | None = None, *, cell_uid: int = NOBODY) -> None:
        if cell_uid <= 0:
            raise ValueError(f"cells cannot run as uid {cell_uid}: name one that is not root and owns nothing")
        self.limits = limits or Limits()
        self._scripts = Nursery("run", cell_uid=cell_uid)
        self._compilers = Nursery("compile", cell_uid=cell_uid)
        self._orphans = Orphans()
        self._pool: Pool | None = None
        self._ids = itertools.count(1)
        self._compiling = asyncio.Semaphore(max(2, os.cpu_count() or 1))
        self._compiles = 0
        self._started = False
        self._closing = False

    async def start(self) -> None:
        """Raises NurseryDown when the processes cannot be started here. To be called once."""
        if self._started:
            raise RuntimeError("a sandbox is started once")
        self._started = True
        if sys.platform != "linux":
            raise NurseryDown(f"scripts are locked down by what Linux offers; this system is {sys.platform}")
        try:
            # Both are waited for: one that is still starting when the other has failed must not be left behind.
            for failed in await asyncio.gather(self._scripts.start(), self._compilers.start(), return_exceptions=True):
                if failed is not None:
                    raise failed
        except BaseException:
            await self.close()
            raise
        self._orphans.start()
        short_turns()
        self._pool = Pool(self._scripts, self.limits)

    async def close(self) -> None:
        self._closing = True
        self._orphans.close()
        if self._pool is not None:
            await self._pool.close()
        await asyncio.gather(self._scripts.close(), self._compilers.close())

    @property
    def layers(self) -> frozenset[str]:
        """The layers in force in the cells, by the cells' word; empty before the first one ran."""
        return (self._pool.layers if self._pool else frozenset()) | frozenset(self._scripts.namespaces)

    @property
    def cells(self) -> int:
        return self._pool.cells if self._pool else 0

    async def self_test(self, *, quick: bool = False) -> tuple[Tried, ...]:
        """Tries in real cells what no script must be able to do: all of it in 0.2 s, or `quick` one of each kind.

        Needs a started sandbox.
        """
        return await self_test(self._scripts, self.limits, QUICK if quick else PROBES)

    async def compile(
        self, source: str, *, filename: str = "script.py", hooks: tuple[HookForm, ...] = ()
    ) -> Compiled | Rejected | NotRun:
        """Code, or every reason why the source is no script; NotRun when the machine is too busy to say."""
        data = source.encode("utf-8", "surrogatepass")
        if len(data) > self.limits.source_bytes:
            return rejected(
                "source-size", f"The script is {len(data):,} bytes; the limit is {self.limits.source_bytes:,}."
            )
        if self._closing or self._compiles >= COMPILES_WAITING:
            return self._not_run()
        self._compiles += 1
        try:
            async with self._turn_to_compile():
                child = await self._child_to_compile()
                answer = await Compiling(child, self.limits, hooks).run(next(self._ids), filename, data)
                return self._not_run() if answer is None else answer
        except (NurseryDown, TimeoutError):
            return self._not_run()
        finally:
            self._compiles -= 1

    @asynccontextmanager
    async def _turn_to_compile(self) -> AsyncIterator[None]:
        """Raises TimeoutError for one that waits longer than a call waits for a cell."""
        async with asyncio.timeout(self.limits.wait_for_cell_seconds):
            await self._compiling.acquire()
        try:
            yield
        finally:
            self._compiling.release()

    async def _child_to_compile(self) -> Child:
        """Waits for a zygote that is being replaced as long as a call waits for a cell. Raises NurseryDown."""
        patience = asyncio.get_running_loop().time() + self.limits.wait_for_cell_seconds
        while True:
            try:
                return await self._compilers.fork(self.limits.compile_memory)
            except NurseryDown:
                if self._closing or asyncio.get_running_loop().time() > patience:
                    raise
                await asyncio.sleep(RETRY_FORK_SECONDS)

    def _not_run(self) -> NotRun:
        return NotRun("stopping" if self._closing else "busy")

    async def load(self, program: Program) -> Outcome:
        """Runs the module once in a throw-away cell; Completed with the canonical names of the hooks it defines.

        A cell that dies by no doing of the script's says nothing about it: the module is run once more in another, and
        is NotRun where that dies so, too.
        """
        for _ in range(LOADS):
            meta: dict[str, Any] = {"hook": LOAD_ONLY, "args": []}
            outcome = await self._start(program, meta, None, self.limits.overall_seconds, once=True)
            if not isinstance(outcome, Crashed) or outcome.own_doing:
                return outcome
        return self._not_run()

    def call(
        self,
        program: Program,
        hook: str,
        *arguments: JsonValue,
        body: Body | None = None,
        now: float | None = None,
        overall_seconds: float | None = None,
        watch_arguments: bool = False,
        bind: tuple[str, ...] = (),
        services: Services | None = None,
        once: bool = False,
    ) -> asyncio.Future[Outcome]:
        """One call of the hook with this canonical name; to be awaited.

        `now` freezes the script's clock (seconds since the epoch); `watch_arguments` asks whether a hook that returned
        nothing changed its arguments; `bind` names the arguments in the module too, before its code runs; `services`
        answers what the hook asks the host for; `once` gives the call a cell of its own. Arguments that no cell can be
        given are `Raised`, as BadArguments: they are made of what strangers sent. Raises KeyError for a hook the
        program was not described with, a defect of the caller.
        """
        for index, form in enumerate(program.hooks):  # noqa: B007
            if form.name == hook:
                break
        else:
            raise KeyError(hook)
        meta: dict[str, Any] = {"hook": index, "args": arguments}
        if now is not None:
            meta["now"] = now
        if watch_arguments:
            meta["watch"] = True
        if bind:
            meta["bind"] = bind
        if services is not None:
            meta["ask"] = True
        if body is not None:
            meta["body"] = {"text": body.text, "parsed": body.parsed}
        overall = self.limits.overall_seconds if overall_seconds is None else overall_seconds
        return self._start(program, meta, body, overall, services=services, once=once)

    def _start(
        self,
        program: Program,
        meta: dict[str, Any],
        body: Body | None,
        overall: float,
        *,
        services: Services | None = None,
        once: bool,
    ) -> asyncio.Future[Outcome]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        if self._pool is None or self._closing:
            future.set_result(self._not_run())
            return future
        try:
            arguments = orjson.dumps(meta)
        except TypeError as error:
            future.set_result(_bad_arguments(f"an argument has no JSON form: {error}"))
            return future
        raw = body.raw if body else b""
        if len(arguments) > wire.MAX_META_DOWN or len(raw) > wire.MAX_PAYLOAD_DOWN:
            sizes = f"arguments of {len(arguments):,} bytes as JSON and a body of {len(raw):,}"
            future.set_result(_bad_arguments(f"{sizes} are more than a cell takes"))
            return future
        run = Run(
            next(self._ids),
            wire.CALL,
            arguments,
            raw,
            loop.time() + overall,
            program,
            future,
            overall,
            services,
            once,
        )
        self._pool.submit(run)
        return future


def _bad_arguments(message: str) -> Raised:
    return Raised("BadArguments", message, None, (), message, Receipt(0, 0, None, 0))
