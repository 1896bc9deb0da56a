"""What was typed in a REPL, run as a script is: compiled whole in a compile cell, run in a cell under the limits.

A cell keeps nothing, so every input is run again before the next: the script's source, then each input that went well,
then the new one, as one module that sees `request` and `payload`. An input that fails is not kept and leaves nothing;
so a timeout or a crash costs only itself. What is run again is silent and has its share of the limits.

What an input asked of http, store and secrets is answered again from memory when it runs again.

The value of an expression is told by a function of the module. Inputs stand apart: none can go on where another ended.
"""

import asyncio
import re
import secrets
from dataclasses import dataclass, replace
from typing import assert_never

from engine.bounded_json import decoded, read_json
from engine.devtools.files import FixtureError
from engine.devtools.fixtures import Fixture
from engine.devtools.local_services import LocalHost
from engine.devtools.places import Part, Places
from engine.devtools.subjects import Given, Subject, event_request, webhook_request
from engine.errors import ClientError, Unavailable
from engine.model.integrations import IncomingIntegration, OutgoingIntegration
from engine.model.json import JsonObject, JsonValue
from engine.model.runs import Busy, Failed, ScriptFailure, ScriptReport, Shown
from engine.scripts import HOOKS, SHOW, Script, Scripts

MAX_SHOWN = 20_000
# failures that a script cannot come to by itself raising something
ENDINGS = frozenset({"cpu-time", "wall-time", "overall-time", "memory", "crashed"})

_APART = "pass"
_PRELUDE = f"""\
payload = request[{{key!r}}]
hookcell_print, _ = print, None
def {SHOW.name}(request, shown=repr, size=len):
    text = None if _ is None else shown(_)
    return text if text is None or size(text) <= {MAX_SHOWN} else text[:{MAX_SHOWN}] + '...'"""
_NAMES = "|".join(name for form in HOOKS for name in form.names)
_DEFINES = re.compile(rf"^\s*def\s+({_NAMES})\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Input:
    number: int
    text: str
    expression: bool = False

    @property
    def name(self) -> str:
        return f"<input {self.number}>"


@dataclass(frozen=True, slots=True)
class Evaluated:
    """`printed` is the log of this input alone; `shown` the value in the words of repr; `wrong` why it was not kept."""

    printed: tuple[JsonObject, ...] = ()
    shown: str | None = None
    wrong: tuple[str, ...] = ()
    # the log ended before it could say what this input printed
    unheard: bool = False
    # its cell ended with it: a limit was met, or it crashed
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """An input that failed when it was run again."""

    input: Input
    wrong: tuple[str, ...]


class Session:
    """`subject` is the script that the inputs stand on, perhaps an empty one; `fixture` what `request` is made of.

    Its methods raise Unavailable when no cell is free, and FixtureError or ClientError for a payload that no request
    can be made of.
    """

    def __init__(self, scripts: Scripts, subject: Subject, fixture: Fixture, host: LocalHost | None = None) -> None:
        self.subject = subject
        self.fixture = fixture
        self._scripts = scripts
        self._host = host or LocalHost()
        self.services = self._host.open(subject.integration, fixture)
        self._inputs: list[Input] = []
        self._count = 0
        self._runs = 0
        # nothing that is printed can be mistaken for it
        self._mark = secrets.token_hex(16)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Those that are kept."""
        return tuple(self._inputs)

    async def evaluate(self, text: str) -> Evaluated:
        """Runs one input; it is kept if it goes well, and may be given up by cancelling."""
        try:
            return await self._evaluate(text)
        except asyncio.CancelledError:
            self.services.drop()
            raise

    async def _evaluate(self, text: str) -> Evaluated:
        self._count += 1
        newest = Input(self._count, text)
        source, places = self._module(newest)
        error = await self._scripts.compile(source)
        if error is not None:
            return Evaluated(wrong=tuple(places.error(error)))
        expression = replace(newest, expression=True)
        as_expression, places_of_expression = self._module(expression)
        if await self._scripts.compile(as_expression) is None:
            newest, source, places = expression, as_expression, places_of_expression
        result, report = await self._show(source)
        printed, heard = self.printed(report)
        scrub = self.services.run.known.scrubber.text
        printed = tuple({**line, "text": scrub(str(line["text"]))} for line in printed)
        if isinstance(result, Failed):
            self.services.drop()
            wrong = tuple(scrub(line) for line in self._told(result.failure, places))
            return Evaluated(printed, wrong=wrong, ended=result.failure.kind in ENDINGS)
        self._kept()
        self._inputs.append(newest)
        shown = scrub(result.text) if newest.expression and result.text is not None else None
        return Evaluated(printed, shown, unheard=not heard)

    async def take(self, fixture: Fixture) -> list[Dropped]:
        """Makes `request` of this payload from now on, and rebuilds."""
        before, self.fixture = self.fixture, fixture
        try:
            await self._given()
        except (FixtureError, ClientError):
            self.fixture = before
            raise
        self.services = self._host.open(self.subject.integration, fixture)
        return await self.rebuild()

    async def stand_on(self, subject: Subject) -> list[Dropped]:
        """Puts the inputs on this script from now on, and rebuilds."""
        self.subject = subject
        return await self.rebuild()

    async def rebuild(self) -> list[Dropped]:
        """Runs all inputs again; those that fail now are dropped and answered."""
        dropped: list[Dropped] = []
        while self._inputs:
            source, places = self._module()
            error = await self._scripts.compile(source)
            if error is not None:
                culprit, wrong = self._inputs[-1], tuple(places.error(error))
            else:
                result, _ = await self._show(source)
                if isinstance(result, Shown):
                    self._kept()
                    break
                self.services.drop()
                culprit, wrong = self._culprit(result.failure, places), self._told(result.failure, places)
            self._inputs.remove(culprit)
            dropped.append(Dropped(culprit, wrong))
        return dropped

    async def visible(self) -> JsonObject:
        """`request` and `payload` as inputs see them, but for texts that a cell decodes."""
        given, _ = await self._given()
        key = "content" if isinstance(self.subject.integration, IncomingIntegration) else "data"
        body: JsonObject = {}
        if given.parse:
            content = _content(self.fixture.payload)
            body = {"content": content, "body": content}
        request: JsonObject = {**given.request, **body}
        return {"request": request, "payload": request.get(key)}

    def as_subject(self) -> Subject:
        """The script with what was typed: a hook that was typed takes the place of the script's."""
        source, places = self._module()
        typed = {name for input in self._inputs for name in _DEFINES.findall(input.text)}
        hooks = {form.name for form in HOOKS if typed & set(form.names)} | set(self.subject.script.hooks)
        return replace(self.subject, script=self._script(source, tuple(hooks)), places=places)

    def printed(self, report: ScriptReport | None) -> tuple[tuple[JsonObject, ...], bool]:
        """The log after everything that was run again, and whether it reached so far."""
        log = () if report is None else report.log
        for number, line in enumerate(log):
            if line["text"] == self._mark:
                return log[number + 1 :], True
        return (), False

    def _module(self, newest: Input | None = None) -> tuple[str, Places]:
        lines: list[str] = []
        parts: list[Part] = []

        def add(name: str, text: str) -> None:
            parts.append(Part(name, text, len(lines) + 1))
            lines.extend(text.split("\n"))

        def add_input(input: Input) -> None:
            before, after = (["_ = ("], [")"]) if input.expression else ([], [])
            lines.extend([_APART, *before])
            add(input.name, input.text)
            lines.extend(after)

        add(self.subject.file, self.subject.script.source)
        key = "content" if isinstance(self.subject.integration, IncomingIntegration) else "data"
        lines += _PRELUDE.format(key=key).split("\n")
        for input in self._inputs:
            add_input(input)
        lines += [_APART, f"hookcell_print({chr(10) + self._mark!r})"]
        if newest is not None:
            add_input(newest)
        return "\n".join(lines) + "\n", Places(tuple(parts))

    def _script(self, source: str, hooks: tuple[str, ...]) -> Script:
        self._runs += 1
        return Script(f"session-{self._mark}", self._runs, source, hooks, once=True, session=True)

    async def _show(self, source: str) -> tuple[Shown | Failed, ScriptReport | None]:
        given, raw = await self._given()
        result, report = await self._scripts.show(
            self._script(source, ()),
            given.request,
            raw,
            parse=given.parse,
            now=self.fixture.now,
            services=self.services,
        )
        if isinstance(result, Busy):
            raise Unavailable("No cell was free to run this. Try again.")
        return result, report

    def _kept(self) -> None:
        """What the inputs asked for is not asked again when they run again."""
        self.services.keep()
        self.services.remember()

    async def _given(self) -> tuple[Given, bytes | None]:
        match self.subject.integration:
            case IncomingIntegration() as integration:
                return await webhook_request(integration, self.fixture), self.fixture.payload
            case OutgoingIntegration() as integration:
                return event_request(integration, self.fixture), None
            case _:
                assert_never(self.subject.integration)

    def _culprit(self, failure: ScriptFailure, places: Places) -> Input:
        place = places.first(failure)
        name = None if place is None else place.part.name
        return next((input for input in self._inputs if input.name == name), self._inputs[-1])

    def _told(self, failure: ScriptFailure, places: Places) -> tuple[str, ...]:
        return tuple(line.replace(SHOW.name, "the input") for line in places.failure(failure))


def _content(raw: bytes) -> JsonValue:
    try:
        return read_json(decoded(raw, "utf-8"))
    except ValueError:
        return {}
