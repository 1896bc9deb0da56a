"""What history keeps of something large: its beginning, with a mark that says how much there was."""

from engine.json_text import json_text
from engine.model.json import JsonObject, JsonValue

# of each thing a step tells, in characters; of a script's log the lines, each with its end
MAX_DETAIL = 64 * 1024


def cut(value: JsonValue, whole: JsonValue) -> JsonValue:
    """`whole` is the value before anything was taken out of it."""
    match value:
        case str() if len(value) > MAX_DETAIL:
            characters = len(whole) if isinstance(whole, str) else len(value)
            return f"{value[:MAX_DETAIL]}… (cut: {characters} characters)"
        case dict() | list():
            text = json_text(value)
            return value if len(text) <= MAX_DETAIL else {"cut": text[:MAX_DETAIL], "characters": len(text)}
        case _:
            return value


def cut_script(report: JsonObject) -> JsonObject:
    """The report of a script's call: whatever it logged, its hook, receipt and failure stay."""
    log = report.get("log")
    return {**report, "log": _cut_log(log)} if isinstance(log, list) else report


def _cut_log(log: list[JsonValue]) -> list[JsonValue]:
    left = MAX_DETAIL
    for number, line in enumerate(log):
        text = line.get("text") if isinstance(line, dict) else None
        if not isinstance(line, dict) or not isinstance(text, str):
            continue
        left -= len(text) + 1
        if left < 0:
            mark: JsonObject = {"level": line.get("level"), "text": f"… (cut: {len(log)} lines)"}
            return [*log[:number], {**line, "text": text[:left]}, mark]
    return log
