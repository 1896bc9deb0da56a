"""Lines in, results out, each input run in the sandbox with the script and all inputs before it.

A line that begins with a colon is a command; COMMANDS is the whole list. Where lines come from and where results go is
given: `interact` is for a terminal, `read_through` for anything else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TextIO

from engine.devtools.diffing import only_what_is_told, print_diff, value_diff
from engine.devtools.files import FixtureError, path_of
from engine.devtools.fixtures import Fixture, read_fixture
from engine.devtools.opening import NotRunnable, open_script, read_payload, read_script
from engine.devtools.ran import Ran
from engine.devtools.rendering import Printer, limits_table
from engine.devtools.repl.completing import Offer, Scope, complete
from engine.devtools.repl.names import names_in
from engine.devtools.repl.reading import COMMAND, MAX_INPUT, Reader
from engine.devtools.repl.saving import as_script, write_new
from engine.devtools.repl.session import Dropped, Session
from engine.devtools.runner import Runner
from engine.devtools.subjects import Subject
from engine.errors import ClientError, Unavailable
from engine.model.integrations import OUTGOING
from engine.model.json import JsonObject

NO_PAYLOAD = Fixture("no payload", b"{}")
NO_SCRIPT = Path("what was typed")


class Over(Exception):
    """The session is to end."""


class Repl:
    """`start`, then `feed` it lines until it raises Over or there are no more, then `end`."""

    def __init__(self, runner: Runner, printer: Printer, file: Path | None = None) -> None:
        self.reader = Reader()
        self._runner = runner
        self._printer = printer
        self._file = file
        self._session: Session
        # what the last :run came to
        self._before: JsonObject | None = None

    async def start(self, payload: Path | None = None) -> None:
        """Raises FixtureError for a file that cannot be read."""
        fixture = NO_PAYLOAD if payload is None else _with_what_is_expected(payload)
        self._session = Session(self._runner.scripts, await self._empty(), fixture, self._runner.host)
        if self._file is not None:
            await self._load(self._file)

    async def feed(self, line: str) -> None:
        for text in self.reader.feed(line):
            await self._do(text)

    async def end(self) -> None:
        for text in self.reader.end():
            await self._do(text)

    async def _do(self, text: str) -> None:
        try:
            await (self._command(text) if text.startswith(COMMAND) else self._evaluate(text))
        except NotRunnable as error:
            self._printer.error(error.lines)
        except (FixtureError, ClientError, Unavailable) as error:
            self._printer.error([str(error)])

    async def _evaluate(self, text: str) -> None:
        evaluated = await self._session.evaluate(text)
        self._printer.log(evaluated.printed, mark="")
        if evaluated.unheard:
            self._printer.line(
                "(What earlier inputs print fills the log; what this one printed is not in it.)", "yellow"
            )
        self._printer.error(evaluated.wrong)
        if evaluated.ended:
            self._printer.line("The cell has ended; the session is rebuilt as it was before this input.", "yellow")
        if evaluated.shown is not None:
            self._printer.line(evaluated.shown)

    async def _command(self, text: str) -> None:
        name, _, argument = text.removeprefix(COMMAND).strip().partition(" ")
        command = next((command for command in COMMANDS if command.name == name), None)
        if command is None:
            names = ", ".join(f"{COMMAND}{command.name}" for command in COMMANDS)
            self._printer.error([f"There is no command {COMMAND}{name}. The commands are {names}."])
        elif bool(argument.strip()) != bool(command.argument):
            self._printer.error([f"Write {command.usage}."])
        else:
            await command.do(self, argument.strip())

    async def completions(self, before: str) -> Offer:
        """What may follow; nothing that was typed or is in the script is run for it."""
        typed = (names_in(each.text) for each in self._session.inputs)
        names = names_in(self._session.subject.script.source)
        for later in typed:
            names = names.with_those_of(later)
        try:
            values = await self._session.visible()
        except (FixtureError, ClientError):
            values = {}
        return complete(before, Scope(names, values, tuple(command.name for command in COMMANDS)))

    # the commands

    async def payload(self, argument: str) -> None:
        self._tell(await self._session.take(_with_what_is_expected(Path(argument))))
        self._before = None
        self._printer.line(f"The payload is {argument}.")

    async def run(self, _: str) -> None:
        if (done := await self._run()) is not None:
            subject, ran = done
            self._before = _outcome(subject, ran)
            self._printer.ran(subject, ran)

    async def diff(self, _: str) -> None:
        fixture = self._session.fixture
        before, since = self._before, "at the last :run"
        if before is None:
            before, since = fixture.expected, "expected/ says"
        if before is None:
            hint = f"There is nothing to compare with: {COMMAND}run first, then change something."
            self._printer.error([f"{hint} A payload with a file in expected/ is compared with that."])
            return
        if (done := await self._run()) is None:
            return
        subject, ran = done
        now = _outcome(subject, ran)
        lines = value_diff(before, now if self._before is not None else only_what_is_told(before, now))
        print_diff(self._printer, lines)
        if not lines:
            self._printer.line(f"Nothing is other than {since}.")

    async def _run(self) -> tuple[Subject, Ran] | None:
        subject = self._session.as_subject()
        if not subject.script.hooks:
            hint = "Define process_incoming(request), or start with a script: hookcell repl FILE."
            self._printer.error([f"There is no hook to run. {hint}"])
            return None
        ran = await self._runner.run(subject, self._session.fixture, services=self._session.services)
        reports = (replace(report, log=self._session.printed(report)[0]) for report in ran.reports)
        return subject, replace(ran, reports=tuple(reports))

    async def reload(self, _: str) -> None:
        if self._file is None:
            self._printer.error(["There is no script to read again: start with hookcell repl FILE."])
        elif await self._load(self._file):
            self._printer.line(f"{self._file} is read again.")

    async def limits(self, _: str) -> None:
        for line in limits_table(asdict(self._runner.scripts.limits)):
            self._printer.line(line)

    async def history(self, _: str) -> None:
        for each in self._session.inputs:
            self._printer.line(f"{each.name}: {each.text}")
        if not self._session.inputs:
            self._printer.line("Nothing was typed that was kept.")

    async def save(self, argument: str) -> None:
        text, left_out = as_script(self._session.subject.script.source, self._session.inputs)
        target = write_new(argument, text)
        self._printer.line(f"{target} has the script and what was typed.")
        for each in left_out:
            self._printer.line(f"Left out, as it only looks: {each.text}", "dim")

    async def help(self, _: str) -> None:
        width = max(len(command.usage) for command in COMMANDS)
        for command in COMMANDS:
            self._printer.line(f"{command.usage.ljust(width)}  {command.says}")
        self._printer.line(
            "Everything else is Python: `request` and `payload` are what the hook gets, `_` is the last value.\n"
            "All inputs run again before each new one, silently and under the limits of one call; an input that fails\n"
            "leaves nothing behind. A block ends with an empty line. In a terminal, Tab completes, the arrows bring\n"
            "back what was typed, Ctrl-C gives up an input and Ctrl-D ends the session."
        )

    async def quit(self, _: str) -> None:
        raise Over

    # the script

    async def _empty(self) -> Subject:
        return await open_script(self._runner.scripts, "", file=NO_SCRIPT, hookless=True)

    async def _load(self, file: Path) -> bool:
        """Whether the script is there now; one that does not compile or load leaves the session as it is."""
        source, record = read_script(file)
        try:
            subject = await open_script(self._runner.scripts, source, file=file, record=record, hookless=True)
        except NotRunnable as error:
            self._printer.error(error.lines)
            self._printer.error([f"{file} is not loaded: correct it, then {COMMAND}reload."])
            return False
        self._tell(await self._session.stand_on(subject))
        return True

    def _tell(self, dropped: Iterable[Dropped]) -> None:
        for each in dropped:
            self._printer.error([f"{each.input.name} fails now and is forgotten: {each.input.text}", *each.wrong])


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    argument: str
    says: str
    do: Callable[[Repl, str], Awaitable[None]]

    @property
    def usage(self) -> str:
        return f"{COMMAND}{self.name} {self.argument}".rstrip()


COMMANDS = (
    Command("payload", "FILE", "takes this file as the payload", Repl.payload),
    Command("run", "", "runs the hook on the payload, as hookcell run does", Repl.run),
    Command("reload", "", "reads the script again", Repl.reload),
    Command(
        "diff",
        "",
        "runs the hook and shows what is other than at the last :run or in expected/",
        Repl.diff,
    ),
    Command("limits", "", "shows what a call may use", Repl.limits),
    Command("history", "", "shows what was typed and kept", Repl.history),
    Command("save", "FILE", "writes the script, with what was typed, to a new file", Repl.save),
    Command("help", "", "shows this", Repl.help),
    Command("quit", "", "ends the session", Repl.quit),
)


async def read_through(repl: Repl, stream: TextIO) -> None:
    """All lines of a stream that is no terminal: no prompt and no echo."""
    try:
        while line := await asyncio.to_thread(stream.readline, MAX_INPUT):
            await repl.feed(line.rstrip("\r\n"))
        await repl.end()
    except Over:
        return


async def interact(repl: Repl) -> None:
    """A terminal: inputs are edited, coloured, completed and called back; Ctrl-C gives up one, Ctrl-D ends."""
    # only a terminal needs what it loads
    from engine.devtools.repl.terminal import Terminal

    await Terminal(repl).run()


def _with_what_is_expected(payload: Path) -> Fixture:
    fixture, payload = read_payload(payload), path_of(payload)
    expected = payload.parent.parent / "expected" / payload.name
    return read_fixture(payload, expected=expected) if expected.exists() else fixture


def _outcome(subject: Subject, ran: Ran) -> JsonObject:
    return ran.outcome(outgoing=subject.integration.type == OUTGOING)
