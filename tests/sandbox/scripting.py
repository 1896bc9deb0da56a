"""Running scripts in this process: compiled and guarded as in a cell, or plain, with CPython as the oracle."""

import marshal
from typing import Any

from sandbox import library
from sandbox.compiler import compile_source
from sandbox.library import CallState
from sandbox.outcome import Diagnostic
from sandbox.program import Compiled, HookForm

FORMS = (
    HookForm("process_incoming", ("process_incoming", "process_incoming_request"), 1),
    HookForm("prepare_outgoing_request", ("prepare_outgoing_request",), 1),
    HookForm("process_outgoing_response", ("process_outgoing_response",), 2),
)


def compiled(source: str) -> Compiled:
    made = compile_source(source, filename="script.py", hooks=FORMS)
    assert isinstance(made, Compiled), made
    return made


def refusals(source: str) -> tuple[Diagnostic, ...]:
    made = compile_source(source, filename="script.py", hooks=FORMS)
    assert not isinstance(made, Compiled), "the script compiled"
    return made


def rules(source: str) -> list[str]:
    return [diagnostic.rule for diagnostic in refusals(source)]


def run(source: str, *, now: float | None = None, log: list[str] | None = None) -> dict[str, Any]:
    """The globals of a script after its module code has run as in a cell."""
    code = marshal.loads(compiled(source).code)
    names = library.begin(CallState(([] if log is None else log).append, now))
    try:
        exec(code, names)
    finally:
        library.end()
    return names


def result(source: str, *, now: float | None = None) -> Any:
    """What a script leaves in its variable `result`."""
    return run(source, now=now)["result"]


def call_hook(source: str, *arguments: Any, hook: str = "process_incoming", plain: bool = False) -> tuple[Any, str]:
    """A hook's result and what it printed, in the sandbox or in plain Python."""
    log: list[str] = []
    if plain:
        names: dict[str, Any] = {"__name__": "script"}
        code = compile(source, "script.py", "exec", dont_inherit=True)
    else:
        names = library.begin(CallState(log.append))
        code = marshal.loads(compiled(source).code)
    try:
        exec(code, names)
        function = names[hook] if hook in names else getattr(names["Script"](), hook)
        return function(*arguments), "".join(log)
    finally:
        library.end()
