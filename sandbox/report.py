"""What a cell tells of a call besides its result: the log, and an error in the author's own lines."""

import re
from types import FrameType, TracebackType
from typing import Any

from sandbox.guards import TimeLimit
from sandbox.limits import Limits

MAX_MESSAGE = 2_000
MAX_NOTES = 20
MAX_CHAIN = 4
CUT_BYTES = "[cut: the log is longer than {:,} bytes]"
CUT_LINES = "[cut: the log has more than {:,} lines]"
# Python's own words name a setting that no script can change.
_TOO_MANY_DIGITS = re.compile(r"Exceeds the limit \((\d+) digits\) for integer string conversion")
TOO_MANY_DIGITS = (
    "an integer of more than {limit:,} digits cannot become text, or be read from it: "
    "write hex(number), or int(text, 16)"
)


class Log:
    """What a call prints, capped as it is written; overflow leaves a mark and never fails the call.

    Bytes are what a log takes, lines are what the server makes of it.
    """

    __slots__ = ("_bytes_left", "_cut", "_entries", "_limits", "_lines_left")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes_left = limits.log_bytes
        self._lines_left = limits.log_lines
        self._entries: list[list[str]] = []
        self._cut = ""

    def write(self, text: str, level: str = "print") -> None:
        if self._cut:
            return
        # a subclass of str may lie about what it holds
        text = str.__str__(text)
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if not size:
            return
        goes_on = level == "print" and bool(self._entries) and self._entries[-1][0] == "print"
        lines = text.count("\n") if goes_on else max(1, text.count("\n"))
        if lines > self._lines_left:
            text = "".join(f"{line}\n" for line in text.split("\n", self._lines_left)[: self._lines_left])
            self._cut = CUT_LINES.format(self._limits.log_lines)
        if size > self._bytes_left:
            text = text.encode("utf-8", "replace")[: self._bytes_left].decode("utf-8", "ignore")
            self._cut = CUT_BYTES.format(self._limits.log_bytes)
        self._bytes_left -= size
        self._lines_left -= lines
        if goes_on:
            self._entries[-1].append(text)
        elif text:
            self._entries.append([level, text])

    def entries(self) -> list[list[str]]:
        """[[level, text], ...]; what was printed in a row is one text."""
        out = [[entry[0], "".join(entry[1:]).encode("utf-8", "replace").decode()] for entry in self._entries]
        if self._cut:
            out.append(["warning", self._cut])
        return out


def author_line(where: FrameType | TracebackType | None, filename: str) -> int | None:
    """The innermost line of the author's file in a stack (from a signal) or a traceback (of an exception)."""
    if isinstance(where, TracebackType):
        line = None
        while where is not None:
            if where.tb_frame.f_code.co_filename == filename:
                line = where.tb_lineno
            where = where.tb_next
        return line
    while where is not None:
        if where.f_code.co_filename == filename:
            return where.f_lineno
        where = where.f_back
    return None


def raised(error: BaseException, filename: str, max_lines: int) -> dict[str, Any]:
    """Fields of an outcome `raised`: type, message, notes, [[line, function], ...], and the errors it came from."""
    fields = _one(error, filename, max_lines)
    fields["outcome"] = "raised"
    chain: list[dict[str, Any]] = []
    seen = {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and id(cause) not in seen and len(chain) < MAX_CHAIN:
        seen.add(id(cause))
        if isinstance(cause, Exception):
            chain.append(_one(cause, filename, max_lines))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    fields["chain"] = chain
    return fields


def _one(error: BaseException, filename: str, max_lines: int) -> dict[str, Any]:
    trace = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if code.co_filename == filename:
            trace.append([step.tb_lineno, code.co_qualname])
        step = step.tb_next
    if len(trace) > max_lines:
        trace = trace[: max_lines // 2] + trace[-(max_lines - max_lines // 2) :]
    return {"exception": type(error).__name__, "message": _message(error), "notes": _notes(error), "trace": trace}


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except (TimeLimit, MemoryError):
        raise
    except BaseException:
        # The author's own __str__ failed, with whatever it got hold of.
        return "(its text cannot be shown)"
    if isinstance(error, ValueError) and (digits := _TOO_MANY_DIGITS.match(str.__str__(text))):
        return TOO_MANY_DIGITS.format(limit=int(digits[1]))
    return _text(text)


def _notes(error: BaseException) -> list[str]:
    """What `add_note` added, which Python prints below the message."""
    notes = vars(error).get("__notes__")
    if type(notes) is not list:
        return []
    return [_text(note) for note in notes[:MAX_NOTES] if isinstance(note, str)]


def _text(text: str) -> str:
    # what a script made may be a subclass of str that lies about what it holds
    return str.__str__(text)[:MAX_MESSAGE].encode("utf-8", "replace").decode()
