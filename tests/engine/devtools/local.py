"""The author's sandbox for tests: started once, used from plain functions."""

import asyncio
import io
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from engine.devtools import Example, Fixture
from engine.devtools.opening import local_scripts, open_script
from engine.devtools.ran import Ran
from engine.devtools.rendering import Printer
from engine.devtools.runner import Runner
from engine.devtools.subjects import Subject
from engine.model.json import JsonObject
from engine.scripts import Scripts

T = TypeVar("T")


@dataclass
class Local:
    loop: asyncio.Runner
    scripts: Scripts

    def do(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(coroutine)

    def open(self, source: str, record: JsonObject | None = None, hook: str | None = None) -> Subject:
        return self.do(open_script(self.scripts, source, file=Path("mine.py"), record=record, hook=hook))

    def ran(self, source: str, fixture: Fixture, record: JsonObject | None = None, hook: str | None = None) -> Ran:
        return self.do(Runner(self.scripts).run(self.open(source, record, hook), fixture, hook))

    def outcome(self, example: Example, fixture: Fixture) -> JsonObject:
        return self.ran(example.script, fixture, example.integration).outcome(outgoing=example.outgoing)


@contextmanager
def started() -> Iterator[Local]:
    with asyncio.Runner() as loop:
        scripts = local_scripts()
        local = Local(loop, loop.run(scripts.__aenter__()))
        try:
            yield local
        finally:
            loop.run(scripts.__aexit__(None, None, None))


def printer() -> tuple[Printer, io.StringIO]:
    """A printer that is no terminal, and what it has printed."""
    printed = io.StringIO()
    return Printer(Console(file=printed, width=80, highlight=False)), printed
