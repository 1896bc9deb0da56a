"""What a cell tells of a call besides its result: the log, and an error in the author's own lines."""

import re
from types import FrameType, TracebackType
from typing import Any

MAX_MESSAGE = 2_000
MAX_NOTES = 20
MAX_ENTRIES = 2_000
MAX_CHAIN = 4
CUT = "[cut: the log is longer than {limit:,} bytes]"
# Python's own words name a setting that no script can change.
_TOO_MANY_DIGITS = re.compile(r"Exceeds the limit \((\d+) digits\) for integer string conversion")
TOO_MANY_DIGITS = "an integer of more than {limit:,} digits cannot become text, or be read from it: write hex(number)"


class Log:
    """What a call prints, capped in bytes as it is written; overflow leaves a mark and never fails the call."""

    __slots__ = ("_cut", "_entries", "_left", "_limit")

    def __init__(self, limit: int) -> None:
        self._limit = self._left = limit
        self._entries: list[list[str]] = []
        self._cut = False

    def write(self, text: str, level: str = "print") -> None:
        if self._cut:
            return
        # a subclass of str may lie about what it holds
        text = str.__str__(text)
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if not size:
            return
        if size > self._left or len(self._entries) >= MAX_ENTRIES:
            text = text.encode("utf-8", "replace")[: self._left].decode("utf-8", "ignore")
            self._cut = True
        self._left -= size
        if level == "print" and self._entries and self._entries[-1][0] == "print":
            self._entries[-1].append(text)
        else:
            self._entries.append([level, text])

    def entries(self) -> list[list[str]]:
        """[[level, text], ...]; what was printed in a row is one text."""
        out = [[entry[0], "".join(entry[1:]).encode("utf-8", "replace").decode()] for entry in self._entries]
        if self._cut:
            out.append(["warning", CUT.format(limit=self._limit)])
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
    except Exception:
        # the author's own __str__ failed
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
