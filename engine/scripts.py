"""The hook contract: request dicts in, a sandbox outcome turned into a typed result out.

The only module that imports the sandbox. A script's result is a JSON value until here; what each value means is the
contract's three tables, and whatever they do not name is a failure that says what to return instead.
"""

import hashlib
import platform
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import cache
from typing import Literal, Protocol, TypeAlias, assert_never

from engine.errors import CannotStart, Unavailable
from engine.last_used import LastUsed
from engine.model.json import JsonObject, JsonValue
from engine.model.runs import (
    Busy,
    Failed,
    IncomingResult,
    PrepareResult,
    ResponseResult,
    ScriptFailure,
    ScriptReport,
    Shown,
)
from engine.model.scripts import SavedScript as SavedScript
from engine.model.scripts import Script as Script
from engine.script_results import incoming_result, prepare_result, response_result
from engine.script_state import does_not_compile, label, missing_hook
from sandbox import (
    Body,
    Compiled,
    Completed,
    Crashed,
    Diagnostic,
    HookForm,
    Limits,
    NotRun,
    NurseryDown,
    Outcome,
    OutOfMemory,
    OutputTooLarge,
    Program,
    Raised,
    Rejected,
    Sandbox,
    Services,
    TimedOut,
    policy_digest,
)
from sandbox import ServiceError as ServiceError
from sandbox import Tried as Tried

FILENAME = "script.py"
INCOMING_SECONDS, OUTGOING_SECONDS = 8.0, 20.0
# the kind of failure of a call whose arguments are more than a cell can be given
BAD_ARGUMENTS = "bad-arguments"
# Without one of these a cell is not locked down.
NEEDED_LAYERS = frozenset({"rlimits", "pdeathsig", "seccomp"})
PROGRAMS_KEPT = 256
PROGRAM_BYTES_KEPT = 64 * 1024 * 1024

Kind = Literal["incoming", "outgoing"]
# a call that was run and gave no result
Ended: TypeAlias = Raised | TimedOut | OutOfMemory | OutputTooLarge | Crashed
HOOKS = (
    HookForm("process_incoming", ("process_incoming", "process_incoming_request"), 1),
    HookForm("prepare_outgoing_request", ("prepare_outgoing_request",), 1),
    HookForm("process_outgoing_response", ("process_outgoing_response",), 2),
)
# What the module of a session defines: it tells the value of the last input.
SHOW = HookForm("hookcell_show", ("hookcell_show",), 1)
HOOKS_OF: dict[Kind, frozenset[str]] = {
    "incoming": frozenset({"process_incoming"}),
    "outgoing": frozenset({"prepare_outgoing_request", "process_outgoing_response"}),
}


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
        key = code_key(source)
        compiled = await self._sandbox.compile(source, filename=FILENAME, hooks=HOOKS)
        if isinstance(compiled, NotRun):
            raise Unavailable("No cell is free to compile the script; nothing was stored. Send the request again.")
        if isinstance(compiled, Rejected):
            return SavedScript(key, None, (), None, _diagnosed(compiled.diagnostics, source))
        program = Program(f"load/{key}", f"load/{key}", FILENAME, source, compiled.code, HOOKS)
        outcome = await self._sandbox.load(program)
        if isinstance(outcome, NotRun):
            raise Unavailable("No cell could load the script; nothing was stored. Send the request again.")
        if not isinstance(outcome, Completed):
            return SavedScript(key, None, (), None, _not_loaded(outcome))
        hooks = tuple(hook.name for hook in HOOKS if isinstance(outcome.value, list) and hook.name in outcome.value)
        if not HOOKS_OF[kind] & set(hooks):
            return SavedScript(key, None, hooks, None, _missing_hook(kind, hooks))
        return SavedScript(key, compiled.code, hooks, label(source), None)

    async def compile(self, source: str) -> JsonObject | None:
        """What is wrong with a source, hooks aside, as `scriptError`; None for one that compiles, and is stored."""
        compiled = await self._sandbox.compile(source, filename=FILENAME)
        if isinstance(compiled, NotRun):
            raise Unavailable("No cell is free to compile the script. Try again.")
        if isinstance(compiled, Rejected):
            return _diagnosed(compiled.diagnostics, source)
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
            return result, _report(SHOW.name, outcome, result)
        return _failed(SHOW.name, outcome)

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
            return result, _report("process_incoming", outcome, result)
        return _failed("process_incoming", outcome)

    async def prepare_outgoing_request(
        self, script: Script, request: JsonObject, *, now: float | None = None, services: HookServices | None = None
    ) -> tuple[PrepareResult, ScriptReport | None]:
        hook = "prepare_outgoing_request"
        outcome = await self._call(
            script, hook, request, now=now, overall=OUTGOING_SECONDS, services=services, watch=True
        )
        if isinstance(outcome, Completed):
            result = prepare_result(outcome.value, forgot_return=outcome.forgot_return)
            return result, _report(hook, outcome, result)
        return _failed(hook, outcome)

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
            return result, _report(hook, outcome, result)
        return _failed(hook, outcome)

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


@cache
def library_table() -> dict[str, tuple[str, ...]]:
    """Each module that scripts can import with its names."""
    from sandbox.library import library_table

    return library_table()


@cache
def builtin_names() -> tuple[str, ...]:
    from sandbox.library.builtins import BUILTINS

    return tuple(name for name in BUILTINS if not name.startswith("_"))


def code_key(source: str) -> str:
    """What code is stored under: source, interpreter and policy, so that none outlives a change of them."""
    parts = (source, sys.implementation.cache_tag, platform.python_version(), policy_digest())
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _report(hook: str, outcome: Completed | Ended, result: object) -> ScriptReport:
    receipt = outcome.receipt
    return ScriptReport(
        hook,
        {
            "wallUs": receipt.wall_us,
            "cpuUs": receipt.cpu_us,
            "peakMemory": receipt.peak_memory,
            "outputBytes": receipt.output_bytes,
        },
        tuple({"level": line.level, "text": line.text} for line in outcome.log),
        result.failure if isinstance(result, Failed) else None,
        None if isinstance(outcome, Crashed) else outcome.no_json,
    )


def _failed(hook: str, outcome: Outcome | Rejected) -> tuple[Failed | Busy, ScriptReport | None]:
    match outcome:
        case NotRun():
            return Busy(outcome.reason), None
        case Rejected():
            first = outcome.diagnostics[0]
            message = f"The script does not compile in this version: {first.message} {first.hint}"
            return Failed(ScriptFailure("not-compiled", message, first.line)), None
        case Completed():
            raise AssertionError("a completed call has not failed")
        case _:
            result = Failed(failure_of(outcome, hook))
            return result, _report(hook, outcome, result)


def failure_of(outcome: Ended, hook: str) -> ScriptFailure:
    """In words for the author: the limit, what was used, the line where it is known, else the hook."""
    match outcome:
        case Raised(exception="BadArguments"):
            return ScriptFailure(BAD_ARGUMENTS, f"{hook} was not called: {outcome.message}.")
        case Raised(exception="BadResult"):
            return ScriptFailure("bad-result", f"{hook} returned what has no JSON form: {outcome.message}.")
        case Raised():
            message = f"{outcome.exception}: {outcome.message}" if outcome.message else outcome.exception
            return ScriptFailure("raised", message, outcome.line, outcome.traceback)
        case TimedOut():
            what = {
                "cpu": "of CPU time",
                "wall": "of waiting for a processor",
                "overall": "in all, waits included",
            }[outcome.clock]
            used = max(outcome.receipt.wall_us if outcome.clock != "cpu" else outcome.receipt.cpu_us, 0) / 1e6
            message = f"{hook} used {used:.2f} s {what}; the limit is {outcome.limit_seconds:g} s"
            return ScriptFailure(f"{outcome.clock}-time", message + _at(outcome.line), outcome.line)
        case OutOfMemory():
            message = f"{hook} needs more than {outcome.limit_bytes // 2**20} MiB of memory"
            return ScriptFailure("memory", message + _at(outcome.line), outcome.line)
        case OutputTooLarge():
            return ScriptFailure("output", f"{hook} returned too much: {outcome.message}.")
        case Crashed():
            return ScriptFailure("crashed", f"{hook} ended its cell: {outcome.message}.")
        case _:
            assert_never(outcome)


def _at(line: int | None) -> str:
    return f" (line {line})." if line is not None else "."


def _diagnosed(diagnostics: tuple[Diagnostic, ...], source: str) -> JsonObject:
    items: list[JsonObject] = []
    for diagnostic in diagnostics:
        fields = asdict(diagnostic)
        fields["endLine"], fields["endColumn"] = fields.pop("end_line"), fields.pop("end_column")
        items.append(fields)
    return does_not_compile(items, source, FILENAME)


def _not_loaded(outcome: Ended) -> JsonObject:
    failure = failure_of(outcome, "loading the script")
    name = outcome.exception if isinstance(outcome, Raised) else type(outcome).__name__
    message = outcome.message if isinstance(outcome, Raised) else failure.message
    return {"name": name, "message": message, "stack": failure.traceback or failure.message, "diagnostics": []}


def _missing_hook(kind: Kind, found: tuple[str, ...]) -> JsonObject:
    hooks = [hook for hook in HOOKS if hook.name in HOOKS_OF[kind]]
    parameters = ("request", "response")
    wanted = [f"`def {hook.name}({', '.join(parameters[: hook.arguments])})`" for hook in hooks]
    return missing_hook(kind, wanted, found)
