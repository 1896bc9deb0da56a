"""One compile cell's life: a source in, an answer or a death out.

A source is only blamed for what it does: a cell that died with its zygote, was killed from outside, could not be locked
down or got no CPU in time says nothing about the source.
"""

import asyncio
import signal
from dataclasses import asdict

import orjson

from sandbox import decode, wire
from sandbox.handle import CellHandle, Job
from sandbox.harden import NOT_LOCKED_DOWN
from sandbox.limits import Limits
from sandbox.outcome import Diagnostic
from sandbox.program import Compiled, HookForm, Rejected
from sandbox.zygotes import Child, Exit

# of what the densest source compiles to
CODE_PER_SOURCE_BYTE = 32


class Compiling:
    def __init__(self, child: Child, limits: Limits, hooks: tuple[HookForm, ...]) -> None:
        self._limits = limits
        self._hooks = hooks
        # None: the machine is to blame
        self._answer: asyncio.Future[Compiled | Rejected | None] = asyncio.get_running_loop().create_future()
        self._burial: asyncio.Task[None] | None = None
        seconds = limits.compile_seconds
        most = limits.source_bytes * CODE_PER_SOURCE_BYTE
        self._cell = CellHandle(child, limits, self, cpu_seconds=seconds, wall_seconds=seconds, max_payload=most)

    async def run(self, number: int, filename: str, source: bytes) -> Compiled | Rejected | None:
        """What became of the source, or None when the machine could not say."""
        meta = {
            "filename": filename,
            "hooks": [[hook.name, list(hook.names), hook.arguments] for hook in self._hooks],
            "limits": asdict(self._limits),
        }
        overall = asyncio.get_running_loop().time() + self._limits.wall_seconds_extended
        self._cell.send(Job(number, wire.COMPILE, orjson.dumps(meta), source, overall))
        try:
            return await self._answer
        finally:
            self._answer.cancel()
            self._cell.kill()

    def on_answer(self, cell: CellHandle, job: Job | None, frame: wire.Frame) -> None:
        if job is None:
            raise wire.BadFrame("a compile cell is never ready for more")
        known = frozenset(hook.name for hook in self._hooks)
        answer = decode.compiled(frame, self._limits, known)
        if not self._answer.done():
            self._answer.set_result(answer)

    def on_read(self, cell: CellHandle) -> None:
        """There is one answer, and then it ends."""

    def on_question(self, cell: CellHandle, job: Job, frame: wire.Frame, later: list[Job]) -> None:
        raise wire.BadFrame("a compile cell has nobody to ask")

    def on_slow(self, cell: CellHandle) -> None:
        cell.demote()

    def on_gone(self, cell: CellHandle, jobs: list[Job]) -> None:
        if self._answer.done():
            cell.child.close()
        else:
            self._burial = asyncio.get_running_loop().create_task(self._bury(cell))

    async def _bury(self, cell: CellHandle) -> None:
        try:
            exited = await cell.child.exit()
        finally:
            cell.child.close()
        if not self._answer.done():
            self._answer.set_result(self._judge(cell, exited))

    def _judge(self, cell: CellHandle, exited: Exit | None) -> Rejected | None:
        if isinstance(cell.verdict, tuple):
            # It had its CPU time; else the machine was too busy to give it any.
            if cell.verdict[0] != "cpu":
                return None
            return rejected(
                "compile-limit", f"The script takes longer than {self._limits.compile_seconds:g} s to compile."
            )
        unsaid = exited is None or exited.signal == signal.SIGKILL or exited.code == NOT_LOCKED_DOWN
        if cell.verdict is None and unsaid:
            return None
        return rejected(
            "compile-limit",
            f"The script needs more than {self._limits.compile_memory:,} bytes to compile, or breaks the compiler.",
        )


def rejected(rule: str, message: str) -> Rejected:
    hint = "Make it shorter: split the work over several integrations."
    return Rejected((Diagnostic(1, 1, 1, 1, rule, message, hint),))
