"""A record of a server's history as lines for a person: when, how it ended, its steps, what was logged, what failed."""

from collections.abc import Iterator
from typing import Any, cast

from engine.devtools.printing import ERROR, FAINT, HEAD, Terminal, one_line
from engine.model.json import JsonObject

_COLOURS = {"finished": "green", "failed": "red", "refused": "yellow", "interrupted": "red", "held": "yellow"}
MAX_SHOWN = 2_000


def print_run(terminal: Terminal, record: JsonObject) -> None:
    """`record` is of integrations.history; of a delivery it is one attempt."""
    state = _state(record)
    what = one_line(f"{_at(record['_createdAt'])}  {state}  {_what(record)}  {record['_id']}")
    terminal.line(what, _COLOURS.get(state, HEAD))
    steps = cast(list[JsonObject], record.get("steps", []))
    terminal.line(one_line(f"  {' > '.join(str(step['name']) for step in steps)}"), FAINT)
    for hint in (str(step[key]) for step in steps for key in ("hint", "because") if key in step):
        terminal.line(f"  {one_line(hint)}", "yellow")
    for text in _messages(record):
        terminal.line(f"  {text}")
    for logged in cast(list[JsonObject], record.get("log", [])):
        level = "" if logged.get("level") == "print" else f"{logged.get('level')}: "
        terminal.line(one_line(f"  log | {level}{logged.get('text')}"), FAINT)
    for receipt in cast(list[JsonObject], record.get("receipt", [])):
        if receipt.keys() >= {"wallUs", "cpuUs"}:
            wall, cpu = (cast(int, receipt[key]) / 1000 for key in ("wallUs", "cpuUs"))
            terminal.line(one_line(f"  {receipt['hook']}: {wall:.1f} ms wall · {cpu:.1f} ms cpu"), FAINT)
    if isinstance(error := record.get("httpError"), dict):
        terminal.line(one_line(f"  {error.get('kind')}: {error.get('message')}"), ERROR)
    if isinstance(stack := record.get("errorStack"), str):
        for line in stack.splitlines():
            terminal.line(f"  {line}", ERROR)


def is_told(record: JsonObject) -> bool:
    """Whether there is something to tell: not of a webhook whose script runs, nor of a delivery that is being tried."""
    return record.get("state") not in ("running", "claimed")


def _state(record: JsonObject) -> str:
    state = str(record.get("state", "tried"))
    more = record.get("due") or record.get("heldReason")
    return f"{state} ({more})" if more else state


def _what(record: JsonObject) -> str:
    """What arrived, or what was sent and answered."""
    request = record.get("request")
    if record["type"] == "incoming-webhook":
        return str(request.get("method")) if isinstance(request, dict) else "webhook"
    parts = [str(record.get("event")), f"attempt {record.get('attempt')}", str(record.get("url"))]
    if isinstance(answer := record.get("response"), dict):
        parts.append(str(answer.get("status_code")))
    return " ".join(parts)


def _messages(record: JsonObject) -> Iterator[str]:
    for key in ("prepareSentMessage", "processSentMessage", "resultMessage"):
        posted = record.get(key)
        for item in cast(list[Any], posted) if isinstance(posted, list) else ():
            message = item["message"]
            attached = len(message.get("attachments") or ())
            with_them = f" (with {attached} attachment{'s' if attached > 1 else ''})" if attached else ""
            text = str(message.get("msg", ""))
            shown = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
            yield f"to {one_line(str(item['channel']))}: {shown}{with_them}".replace("\n", "\n      ")


def _at(stamp: object) -> str:
    return str(stamp).replace("T", " ").removesuffix("Z")
