"""Scripts as the engine calls them: request dicts in, a sandbox outcome turned into a typed result out."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from engine.errors import CannotStart, Unavailable
from engine.last_used import LastUsed
from engine.model.json import JsonObject, JsonValue
from engine.model.runs import Busy, Failed, IncomingResult, PrepareResult, ResponseResult, ScriptReport, Shown
from engine.model.scripts import SavedScript, Script
from engine.scripts.failures import failed, report
from engine.scripts.hooks import FILENAME, HOOKS, INCOMING_SECONDS, OUTGOING_SECONDS, SHOW, Kind
from engine.scripts.results import incoming_result, prepare_result, response_result
from engine.scripts.saving import code_key, diagnosed, saved
from sandbox import (
    Body,
    Compiled,
    Completed,
    Limits,
    NotRun,
    NurseryDown,
    Outcome,
    Program,
    Rejected,
    Sandbox,
    ServiceError,
    Services,
    Tried,
)

__all__ = ["NEEDED_LAYERS", "HookServices", "Scripts", "ServiceError", "Tried"]

# Without one of these a cell is not locked down.
NEEDED_LAYERS = frozenset({"rlimits", "pdeathsig", "seccomp"})
PROGRAMS_KEPT = 256
PROGRAM_BYTES_KEPT = 64 * 1024 * 1024


class HookServices(Services, Protocol):
    """What a hook may ask for while it runs."""

    def begin(self, hook: str, seconds: float) -> None:
        """The hook starts now, and may take so long in all."""


class Scripts:
    """`load_code` and `store_code` reach the table that only a compile cell's answers are written to.

    `cell_uid` is whom cells become where the server is root.

    `start` in the thread that outlives it; `close` ends every process.
    """

    def __init__(
        self,
        *,
        load_code: Callable[[str], Awaitable[bytes | None]],
        store_code: Callable[[str, bytes, tuple[str, ...]], Awaitable[None]],
        limits: Limits | None = None,
        cell_uid: int | None = None,
    ) -> None:
        self._sandbox = Sandbox(limits) if cell_uid is None else Sandbox(limits, cell_uid=cell_uid)
        # probes of the self-test that a cell was not kept from
        self._not_held: frozenset[str] = frozenset()
        self._load_code = load_code
        self._store_code = store_code
        # those called last, so that a call costs no look-up of code
        self._programs: LastUsed[tuple[str, int], Program] = LastUsed(PROGRAMS_KEPT, PROGRAM_BYTES_KEPT)

    @property
    def limits(self) -> Limits:
        return self._sandbox.limits

    @property
    def layers(self) -> frozenset[str]:
        """What locks cells down here, by name; known once started."""
        return self._sandbox.layers

    @property
    def missing_layers(self) -> frozenset[str]:
        """What keeps this system from locking cells down fully; known once started."""
        return (NEEDED_LAYERS - self.layers) | self._not_held

    async def self_test(self, *, quick: bool = False) -> tuple[Tried, ...]:
        """What no script must be able to do, tried in real cells."""
        return await self._sandbox.self_test(quick=quick)

    async def start(self) -> None:
        """Raises CannotStart when no script can be run here at all."""
        try:
            await self._sandbox.start()
            self._not_held = frozenset(one.name for one in await self.self_test(quick=True) if not one.held)
            tried = await self.save("def process_incoming(request):\n    return None\n", "incoming")
        except (NurseryDown, Unavailable) as error:
            raise CannotStart(f"The sandbox does not start: {error}") from error
        if tried.error is not None:
            raise CannotStart(f"The sandbox does not work here: {tried.error['message']}")

    async def close(self) -> None:
        await self._sandbox.close()

    async def save(self, source: str, kind: Kind) -> SavedScript:
        """Compiles the source and loads it once in a throw-away cell. Raises Unavailable when no cell is free."""
        return await saved(self._sandbox, source, kind)

    async def compile(self, source: str) -> JsonObject | None:
        """What is wrong with a source, hooks aside, as `scriptError`; None for one that compiles, and is stored."""
        compiled = await self._sandbox.compile(source, filename=FILENAME)
        if isinstance(compiled, NotRun):
            raise Unavailable("No cell is free to compile the script. Try again in a moment.")
        if isinstance(compiled, Rejected):
            return diagnosed(compiled.diagnostics, source)
        await self._store_code(code_key(source), compiled.code, compiled.hooks)
        return None

    async def show(
        self,
        script: Script,
        request: JsonObject,
        raw: bytes | None,
        *,
        parse: bool,
        now: float | None = None,
        services: HookServices | None = None,
    ) -> tuple[Shown | Failed | Busy, ScriptReport | None]:
        """Runs a session's module and asks it for the value to show; `raw` is as in process_incoming, None has none."""
        body = None if raw is None else Body(raw, ("content_raw",), ("content", "body") if parse else ())
        outcome = await self._call(
            script, SHOW.name, request, body=body, now=now, overall=OUTGOING_SECONDS, services=services
        )
        if isinstance(outcome, Completed):
            result = Shown(outcome.value if isinstance(outcome.value, str) else None)
            return result, report(SHOW.name, outcome, result)
        return failed(SHOW.name, outcome)

    async def process_incoming(
        self,
        script: Script,
        request: JsonObject,
        raw: bytes,
        *,
        parse: bool,
        now: float | None = None,
        services: HookServices | None = None,
    ) -> tuple[IncomingResult, ScriptReport | None]:
        """`raw` becomes `content_raw` and, with `parse`, `content` and `body`; the cell decodes it, not the server."""
        body = Body(raw, ("content_raw",), ("content", "body") if parse else ())
        outcome = await self._call(
            script, "process_incoming", request, body=body, now=now, overall=INCOMING_SECONDS, services=services
        )
        if isinstance(outcome, Completed):
            result = incoming_result(outcome.value)
            return result, report("process_incoming", outcome, result)
        return failed("process_incoming", outcome)

    async def prepare_outgoing_request(
        self, script: Script, request: JsonObject, *, now: float | None = None, services: HookServices | None = None
    ) -> tuple[PrepareResult, ScriptReport | None]:
        hook = "prepare_outgoing_request"
        outcome = await self._call(
            script, hook, request, now=now, overall=OUTGOING_SECONDS, services=services, watch=True
        )
        if isinstance(outcome, Completed):
            result = prepare_result(outcome.value, forgot_return=outcome.forgot_return)
            return result, report(hook, outcome, result)
        return failed(hook, outcome)

    async def process_outgoing_response(
        self,
        script: Script,
        request: JsonObject,
        response: JsonObject,
        *,
        now: float | None = None,
        services: HookServices | None = None,
    ) -> tuple[ResponseResult, ScriptReport | None]:
        hook = "process_outgoing_response"
        outcome = await self._call(
            script, hook, request, response, now=now, overall=OUTGOING_SECONDS, services=services
        )
        if isinstance(outcome, Completed):
            result = response_result(outcome.value)
            return result, report(hook, outcome, result)
        return failed(hook, outcome)

    async def _call(
        self,
        script: Script,
        hook: str,
        *arguments: JsonValue,
        overall: float,
        body: Body | None = None,
        now: float | None = None,
        watch: bool = False,
        services: HookServices | None = None,
    ) -> Outcome | Rejected:
        program = await self._program(script)
        if not isinstance(program, Program):
            return program
        if services is not None:
            services.begin(hook, overall)
        return await self._sandbox.call(
            program,
            hook,
            *arguments,
            body=body,
            now=now,
            overall_seconds=overall,
            watch_arguments=watch,
            bind=("request",) if script.session else (),
            services=services,
            once=script.once,
        )

    async def _program(self, script: Script) -> Program | Rejected | NotRun:
        """Stored code is of one interpreter and one policy: after an upgrade the source is compiled anew."""
        at = (script.integration_id, script.revision)
        if (program := self._programs.get(at)) is not None:
            return program
        key = code_key(script.source)
        code = await self._load_code(key)
        if code is None:
            forms = () if script.session else HOOKS
            compiled = await self._sandbox.compile(script.source, filename=FILENAME, hooks=forms)
            if not isinstance(compiled, Compiled):
                return compiled
            code = compiled.code
            await self._store_code(key, code, compiled.hooks)
        name = f"{script.integration_id}/{script.revision}"
        hooks = (*HOOKS, SHOW) if script.session else HOOKS
        program = Program(name, script.integration_id, FILENAME, script.source, code, hooks)
        self._programs.put(at, program, len(code) + len(program.source))
        return program
