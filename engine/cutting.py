"""What history keeps of something large: its beginning, with a mark that says how much there was."""

import re

from engine.json_text import json_text
from engine.model.json import JsonObject, JsonValue

# of each thing a step tells, in characters; of a script's log the lines, each with its end
MAX_DETAIL = 64 * 1024
# of each, where a trace has many large ones
MAX_SHORT_DETAIL = 1024

# no mark is longer
_MARK = 40
_CUT = re.compile(r"… \(cut: (\d+) characters\)\Z")
_CUT_LOG = re.compile(r"… \(cut: \d+ lines\)")


def cut(value: JsonValue, whole: JsonValue, most: int = MAX_DETAIL) -> JsonValue:
    """`whole` is the value before anything was taken out of it; one that was cut before says what there was then."""
    match value:
        case str() if len(value) > most:
            text = whole if isinstance(whole, str) else value
            before = _CUT.search(text[-_MARK:])
            return f"{value[:most]}… (cut: {before[1] if before else len(text)} characters)"
        case {"cut": str(text), "characters": int(characters), **rest} if not rest:
            return {"cut": text[:most], "characters": characters}
        case dict() | list():
            text = json_text(value)
            return value if len(text) <= most else {"cut": text[:most], "characters": len(text)}
        case _:
            return value


def cut_script(report: JsonObject, most: int = MAX_DETAIL) -> JsonObject:
    """The report of a script's call: whatever it logged, its hook, receipt and failure stay."""
    log = report.get("log")
    return {**report, "log": _cut_log(log, most)} if isinstance(log, list) else report


def _cut_log(log: list[JsonValue], most: int) -> list[JsonValue]:
    left, mark = most, log[-1] if log and _is_mark(log[-1]) else None
    for number, line in enumerate(log if mark is None else log[:-1]):
        text = line.get("text") if isinstance(line, dict) else None
        if not isinstance(line, dict) or not isinstance(text, str):
            continue
        left -= len(text) + 1
        if left < 0:
            mark = mark or {"level": line.get("level"), "text": f"… (cut: {len(log)} lines)"}
            return [*log[:number], {**line, "text": text[:left]}, mark]
    return log


def _is_mark(line: JsonValue) -> bool:
    return isinstance(line, dict) and isinstance(text := line.get("text"), str) and _CUT_LOG.fullmatch(text) is not None
