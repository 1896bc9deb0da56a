"""Where a line of a compiled source stands for its author: in which file, or in which of the inputs they typed.

What is run is called `script.py` in tracebacks and may be put together from several texts; what is shown names the
author's own. Lines that no author wrote are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.model.json import JsonObject, JsonValue
from engine.model.runs import ScriptFailure
from engine.scripts import FILENAME

# characters of a line of the author's, and of those before what is pointed at
SHOWN_SOURCE = 200
SHOWN_BEFORE = 80

_FRAME = re.compile(rf'  File "{re.escape(FILENAME)}", line (\d+), in (.*)')
# Python and the sandbox name lines in some of their messages.
_LINE = re.compile(r"\bline (\d+)")


@dataclass(frozen=True, slots=True)
class Part:
    """A text of the author: `name` as they know it, `start` its first line in the compiled source."""

    name: str
    text: str
    start: int = 1

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")


@dataclass(frozen=True, slots=True)
class Place:
    part: Part
    line: int

    @property
    def source(self) -> str:
        return self.part.lines[self.line - 1]


@dataclass(frozen=True, slots=True)
class Places:
    parts: tuple[Part, ...]

    def find(self, line: int | None) -> Place | None:
        for part in self.parts:
            if line is not None and part.start <= line < part.start + len(part.lines):
                return Place(part, line - part.start + 1)
        return None

    def first(self, failure: ScriptFailure) -> Place | None:
        """The outermost line of the author's on the way to the failure: the input that was being run."""
        # what came of another error is told last
        last = failure.traceback.rpartition("\n\n")[2]
        frames = (self.find(int(found.group(1))) for found in map(_FRAME.fullmatch, last.split("\n")) if found)
        return next((place for place in frames if place is not None), self.find(failure.line))

    def failure(self, failure: ScriptFailure) -> list[str]:
        """The author's traceback, or the message with the line it happened in."""
        if failure.traceback:
            return list(self._traceback(failure.traceback))
        place = self.find(failure.line)
        if place is None:
            return [failure.message]
        return [
            f'  File "{place.part.name}", line {place.line}',
            f"    {_cut(place.source.strip())}",
            self.told(failure.message),
        ]

    def told(self, message: str) -> str:
        """The message, with the author's numbers for the lines it names."""

        def renumbered(found: re.Match[str]) -> str:
            place = self.find(int(found.group(1)))
            return found.group() if place is None else f"line {place.line}"

        return _LINE.sub(renumbered, message)

    def error(self, error: JsonObject) -> list[str]:
        """A `scriptError`: each diagnostic with its line, a caret and what to write instead, or a traceback."""
        diagnostics = error["diagnostics"]
        if not isinstance(diagnostics, list) or not diagnostics:
            return list(self._traceback(str(error["stack"])))
        return [line for diagnostic in diagnostics for line in self._diagnostic(diagnostic)]

    def _traceback(self, text: str) -> Iterator[str]:
        skipping = False
        for line in text.split("\n"):
            if (found := _FRAME.fullmatch(line)) is None:
                if not (skipping and line.startswith("    ")):
                    yield _cut(line) if line.startswith("    ") else line
                skipping = False
                continue
            place = self.find(int(found.group(1)))
            skipping = place is None
            if place is not None:
                yield f'  File "{place.part.name}", line {place.line}, in {found.group(2)}'

    def _diagnostic(self, diagnostic: JsonValue) -> Iterator[str]:
        assert isinstance(diagnostic, dict)
        line, column = diagnostic["line"], diagnostic["column"]
        assert isinstance(line, int) and isinstance(column, int)
        # what is missing at the end is found after it
        place = self.find(line) or Place(self.parts[-1], len(self.parts[-1].lines))
        yield f"{place.part.name}:{place.line}:{column}: {self.told(str(diagnostic['message']))}"
        source = place.source
        if source.strip():
            width = _width(diagnostic, column, source)
            source, column = _around(source, column)
            width = max(1, min(width, len(source) + 1 - column))
            indent = re.sub(r"[^\t]", " ", source[: column - 1]).ljust(column - 1)
            yield f"    {source}"
            yield f"    {indent}{'^' * width}"
        if diagnostic["hint"]:
            yield f"    {diagnostic['hint']}"


def _cut(line: str) -> str:
    return line if len(line) <= SHOWN_SOURCE else f"{line[:SHOWN_SOURCE]}..."


def _around(source: str, column: int) -> tuple[str, int]:
    """What is shown of a line, and which column of it that is, counted from 1."""
    if len(source) <= SHOWN_SOURCE:
        return source, column
    begin = 0 if column <= SHOWN_SOURCE else column - 1 - SHOWN_BEFORE
    before = "..." if begin else ""
    return _cut(f"{before}{source[begin : begin + SHOWN_SOURCE + 1]}"), column - begin + len(before)


def _width(diagnostic: JsonObject, column: int, source: str) -> int:
    end = diagnostic["endColumn"]
    if diagnostic["endLine"] != diagnostic["line"] or not isinstance(end, int):
        return 1
    return max(1, min(end, len(source) + 1) - column)
