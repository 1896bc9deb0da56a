"""From a cell's answer to an Outcome, believing nothing: every field is checked by type and size.

Tracebacks are rendered here: the cell sends line numbers and names, the source is the server's.
"""

import asyncio
import re
from typing import Any, TypeAlias, TypeVar

import orjson

from sandbox import wire
from sandbox.limits import Limits
from sandbox.outcome import (
    Completed,
    Diagnostic,
    JsonValue,
    LogLine,
    Outcome,
    OutOfMemory,
    OutputTooLarge,
    Raised,
    Receipt,
    TimedOut,
    TraceLine,
)
from sandbox.program import Compiled, Program, Rejected

T = TypeVar("T")

# service, verb, arguments
Question: TypeAlias = tuple[str, str, dict[str, Any]]

MAX_NODES = 20_000
MAX_NOTES = 20
MAX_TEXT = 8_000
# the mark of a log that was cut
MAX_MARK = 200
MAX_NUMBER = 2**53
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
# so that nothing a script prints can act on a terminal
CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A)}


def meta_of(frame: wire.Frame) -> dict[str, Any]:
    """The frame's meta part as an object. Raises BadFrame."""
    if wire.holds_more(frame.meta, MAX_NODES):
        raise wire.BadFrame("a meta part with too many values")
    try:
        meta = orjson.loads(frame.meta)
    except orjson.JSONDecodeError:
        raise wire.BadFrame("a meta part that is not JSON") from None
    return checked(meta, dict)


def layers(frame: wire.Frame) -> frozenset[str]:
    """Those in force in a cell that says that it is ready. Raises BadFrame."""
    return frozenset(checked(layer, str) for layer in checked(meta_of(frame).get("layers"), list))


def done(frame: wire.Frame, program: Program, limits: Limits) -> tuple[Completed, int]:
    """The outcome `completed` with nothing logged, and by how many bytes the cell has grown. Raises BadFrame."""
    _, _, meta, payload = frame
    if len(meta) != wire.RECEIPT.size:
        raise wire.BadFrame("a receipt of another size")
    wall, cpu, peak, growth = wire.RECEIPT.unpack(meta)
    receipt = Receipt(wall, cpu, peak * 1024 if peak >= 0 else None, len(payload))
    return Completed(value_of(payload, limits), receipt), growth * 1024


def result(frame: wire.Frame, program: Program, limits: Limits) -> tuple[Outcome, int]:
    """Any outcome with all there is to say of it, and by how many bytes the cell has grown. Raises BadFrame."""
    meta = meta_of(frame)
    return outcome(meta, program, limits, frame.payload), number(meta, "growth")


def outcome(meta: dict[str, Any], program: Program, limits: Limits, payload: bytes) -> Outcome:
    """All outcomes a cell may report. Raises BadFrame."""
    peak = None if meta.get("peak") is None else number(meta, "peak")
    receipt = Receipt(number(meta, "wall"), number(meta, "cpu"), peak, len(payload))
    log = _log(meta, limits)
    no_json = None if meta.get("no_json") is None else text(meta, "no_json")
    match meta.get("outcome"):
        case "completed":
            forgot = meta.get("forgot") is True
            return Completed(value_of(payload, limits), receipt, log, no_json, forgot_return=forgot)
        case "raised":
            trace = _trace(meta, limits)
            rendered = render(meta, program, limits)
            line = trace[-1].line if trace else None
            return Raised(text(meta, "exception"), text(meta, "message"), line, trace, rendered, receipt, log, no_json)
        case "timed-out":
            return TimedOut("cpu", limits.cpu_seconds, _line(meta), receipt, log, no_json)
        case "out-of-memory":
            return OutOfMemory(limits.memory, _line(meta), receipt, log, no_json)
        case "output-too-large":
            return OutputTooLarge(text(meta, "message"), receipt, log, no_json)
    raise wire.BadFrame("an outcome that there is not")


def question(frame: wire.Frame, limits: Limits) -> Question:
    """What a call asks of the host: service, verb, arguments. Raises BadFrame."""
    if wire.holds_more(frame.payload, limits.result_nodes + 1):
        raise wire.BadFrame("a question with too many values")
    asked = checked(value_of(frame.payload, limits), dict)
    service, verb = checked(asked.get("service"), str), checked(asked.get("verb"), str)
    return service, verb, checked(asked.get("arguments"), dict)


async def large(frame: wire.Frame, program: Program, limits: Limits) -> tuple[Outcome, int]:
    """Either, for a result that may be too much: counted exactly, away from the event loop, before it is parsed."""
    if await asyncio.to_thread(wire.holds_more, frame.payload, limits.result_nodes + 1):
        raise wire.BadFrame("a result with more values than allowed")
    return await asyncio.to_thread(done if frame.kind == wire.DONE else result, frame, program, limits)


def too_many_nodes(payload: bytes, limits: Limits) -> bool:
    """Whether the quick upper bound says that parsing might hold the event loop."""
    return wire.may_hold_more(payload, limits.result_nodes + 1)


def compiled(frame: wire.Frame, limits: Limits, known_hooks: frozenset[str]) -> Compiled | Rejected:
    """A compile cell's answer. Raises BadFrame."""
    meta = meta_of(frame)
    if meta.get("outcome") == "compiled":
        hooks = tuple(checked(hook, str) for hook in checked(meta.get("hooks"), list))
        if not known_hooks.issuperset(hooks) or not frame.payload:
            raise wire.BadFrame("hooks that nobody asked for")
        return Compiled(frame.payload, hooks)
    if meta.get("outcome") != "rejected":
        raise wire.BadFrame("an outcome that there is not")
    found = checked(meta.get("diagnostics"), list)[: limits.diagnostics]
    if not found:
        raise wire.BadFrame("a rejection without a reason")
    return Rejected(tuple(_diagnostic(checked(item, dict)) for item in found))


def _diagnostic(item: dict[str, Any]) -> Diagnostic:
    return Diagnostic(
        line=number(item, "line"),
        column=number(item, "column"),
        end_line=number(item, "end_line"),
        end_column=number(item, "end_column"),
        rule=text(item, "rule"),
        message=text(item, "message"),
        hint=text(item, "hint"),
    )


def value_of(payload: bytes, limits: Limits) -> JsonValue:
    try:
        value: JsonValue = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise wire.BadFrame("a result that is not JSON") from None
    if len(payload) - len(payload.translate(None, b"[{")) > limits.result_depth:
        # whoever is given the value may walk through it by recursion; few results have brackets enough to be so deep
        _check_depth(value, limits.result_depth)
    return value


def _check_depth(value: JsonValue, most: int) -> None:
    level = [value]
    for _ in range(most + 1):
        below: list[JsonValue] = []
        for item in level:
            if type(item) is dict:
                below += item.values()
            elif type(item) is list:
                below += item
        if not below:
            return
        level = below
    raise wire.BadFrame("a result nested deeper than allowed")


def render(meta: dict[str, Any], program: Program, limits: Limits) -> str:
    """A traceback as CPython prints it, in the author's lines only."""
    lines = program.source.split("\n")
    blocks = []
    for error in [*reversed(checked(meta.get("chain", []), list)[:8]), meta]:
        block = []
        trace = _trace(checked(error, dict), limits)
        if trace:
            block.append("Traceback (most recent call last):")
        for step in trace:
            block.append(f'  File "{program.filename}", line {step.line}, in {step.function}')
            if 0 < step.line <= len(lines) and (source := lines[step.line - 1].strip()):
                block.append(f"    {source[:500]}")
        message = text(error, "message")
        block.append(f"{text(error, 'exception')}: {message}" if message else text(error, "exception"))
        for note in checked(error.get("notes", []), list)[:MAX_NOTES]:
            block.append(without_addresses(clean(checked(note, str)[:MAX_TEXT])))
        blocks.append("\n".join(block))
    return "\n\nwhich led to\n\n".join(blocks)


def _trace(meta: dict[str, Any], limits: Limits) -> tuple[TraceLine, ...]:
    steps = []
    for item in checked(meta.get("trace"), list)[: limits.traceback_lines]:
        line, function = (checked(item, list) + [None, None])[:2]
        steps.append(TraceLine(in_range(line, "line"), clean(checked(function, str))[:200]))
    return tuple(steps)


def _log(meta: dict[str, Any], limits: Limits) -> tuple[LogLine, ...]:
    entries = checked(meta.get("log"), list)
    if not entries:
        return ()
    lines: list[LogLine] = []
    left, lines_left = limits.log_bytes + MAX_MARK, limits.log_lines + 2
    for item in entries:
        level, entry = (checked(item, list) + [None, None])[:2]
        left -= len(checked(entry, str))
        lines_left -= max(1, entry.count("\n"))
        if left < 0 or lines_left < 0:
            raise wire.BadFrame("a log that is longer than allowed")
        written = clean(entry)
        if checked(level, str) == "print":
            # what was printed is lines; the newline that ends the last one is not a line of its own
            lines += (LogLine("print", line) for line in written.removesuffix("\n").split("\n"))
        elif level in ("debug", "info", "warning", "error"):
            lines.append(LogLine(level, written))
        else:
            raise wire.BadFrame("a log level that there is not")
    return tuple(lines)


def _line(meta: dict[str, Any]) -> int | None:
    return None if meta.get("line") is None else number(meta, "line")


def clean(value: str) -> str:
    return value.translate(CONTROL)


def without_addresses(value: str) -> str:
    """A default repr names where its object lies in memory, which is nobody's business."""
    return ADDRESS.sub("", value)


def checked(value: object, kind: type[T]) -> T:
    if type(value) is not kind:
        raise wire.BadFrame(f"a {type(value).__name__} where a {kind.__name__} must be")
    return value


def number(meta: dict[str, Any], key: str) -> int:
    return in_range(meta.get(key), key)


def in_range(value: object, what: str) -> int:
    if type(value) is not int or not 0 <= value <= MAX_NUMBER:
        raise wire.BadFrame(f"{what} is no number, or out of range")
    return value


def text(meta: dict[str, Any], key: str) -> str:
    return without_addresses(clean(checked(meta.get(key), str)[:MAX_TEXT]))
