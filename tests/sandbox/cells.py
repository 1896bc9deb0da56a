"""A real sandbox for tests: started once a module, with limits short enough for scripts that use them up."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sandbox import Body, Compiled, HookForm, JsonValue, Limits, Outcome, Program, Rejected, Sandbox

T = TypeVar("T")

HOOKS = (
    HookForm("process_incoming", ("process_incoming", "process_incoming_request"), 1),
    HookForm("prepare_outgoing_request", ("prepare_outgoing_request",), 1),
    HookForm("process_outgoing_response", ("process_outgoing_response",), 2),
)
SHORT = Limits(cpu_seconds=0.15, wall_seconds=0.4, wall_seconds_extended=2.0, memory=64 * 1024 * 1024)


@dataclass
class Cells:
    """Runs coroutines on one loop, beside a started sandbox; `call` compiles a source once and calls its hook."""

    runner: asyncio.Runner
    sandbox: Sandbox
    programs: dict[tuple[str, str], Program] = field(default_factory=dict)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    async def program(self, source: str, owner: str = "owner") -> Program:
        at = (source, owner)
        if at not in self.programs:
            compiled = await self.sandbox.compile(source, hooks=HOOKS)
            assert isinstance(compiled, Compiled), compiled
            key = f"{owner}/{len(self.programs)}"
            self.programs[at] = Program(key, owner, "script.py", source, compiled.code, HOOKS)
        return self.programs[at]

    async def start(
        self,
        source: str,
        request: JsonValue = None,
        *,
        owner: str = "owner",
        hook: str = "process_incoming",
        **options: Any,
    ) -> Outcome:
        program = await self.program(source, owner)
        return await self.sandbox.call(program, hook, {} if request is None else request, **options)

    def call(self, source: str, request: JsonValue = None, **options: Any) -> Outcome:
        return self.run(self.start(source, request, **options))

    def rejected(self, source: str) -> Rejected:
        result = self.run(self.sandbox.compile(source, hooks=HOOKS))
        assert isinstance(result, Rejected), result
        return result


@contextmanager
def started(limits: Limits = SHORT) -> Iterator[Cells]:
    sandbox = Sandbox(limits)
    with asyncio.Runner() as runner:
        runner.run(sandbox.start())
        try:
            yield Cells(runner, sandbox)
        finally:
            runner.run(sandbox.close())


__all__ = ["HOOKS", "SHORT", "Body", "Cells", "started"]
