"""The `hookcell` command: one row for each command, whose module is imported when it is called, and not before.

So `hookcell --help` loads typer and nothing of ours, and no command pays for another. What a row says of a command is
the first line of its docstring; `exits` are the codes it ends with besides 0, which api/README.md explains.
"""

import errno
import importlib
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

FAILED, USAGE, LOCKED, INTERRUPTED = 1, 2, 3, 130
UNPRINTABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


@dataclass(frozen=True, slots=True)
class Command:
    """`home` is module:attribute of a function, or of a Typer app with commands of its own."""

    name: str
    home: str
    says: str
    exits: tuple[int, ...] = (FAILED, USAGE)

    def load(self) -> Any:
        module, _, attribute = self.home.partition(":")
        found = getattr(importlib.import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            made = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            made.command(self.name)(found)
            found = made
        return flowing(get_command(found))


def flowing(command: Any) -> Any:
    """Its help with paragraphs in place of the lines of our source, also that of the commands below it."""
    paragraphs = (command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for each in getattr(command, "commands", {}).values():
        flowing(each)
    return command


LOCKING = (FAILED, USAGE, LOCKED)
SERVING = (*LOCKING, INTERRUPTED)


PANELS: dict[str, tuple[Command, ...]] = {
    "Write scripts": (
        Command("new", "api.cli_new:new", "Make the folder of a new integration.", (USAGE,)),
        Command("check", "api.cli_check:check", "Find what is wrong with scripts, and say what to write instead."),
        Command("run", "api.cli_run:run", "Run a script's hook once, in the sandbox of the server."),
        Command("repl", "api.cli_repl:repl", "Type Python and see what it gives, in the sandbox of the server."),
        Command(
            "test",
            "api.cli_test:test",
            "Run every payload of payloads/ in the sandbox and compare what comes of it with expected/.",
        ),
        Command("stubs", "api.cli_stubs:stubs", "Write types for editors and type checkers.", (USAGE,)),
    ),
    "With the login of a server": (
        Command("login", "api.cli_login:login", "Log in to a server, for the commands that talk to one."),
        Command(
            "explain", "api.cli_explain:explain", "Say for every outgoing integration which rule let it hear an event."
        ),
        Command("push", "api.cli_projects:push", "Make a server's integration what a folder says, or create it."),
        Command("pull", "api.cli_projects:pull", "Make a folder what the server's integration is."),
        Command("list", "api.cli_list:listed", "Show the integrations of a server that you may manage."),
        Command("logs", "api.cli_logs:logs", "Show what an integration did, run by run."),
        Command("replay", "api.cli_replay:replay", "Run a past run of a server again, here, with a draft."),
        Command("deliveries", "api.cli_deliveries:app", "Deliveries of outgoing integrations on a server."),
        Command("secret", "api.cli_login:secret", "Values that scripts may have sent and never see."),
    ),
    "Run a server": (
        Command("serve", "api.cli_server:serve", "Run the server until SIGTERM or SIGINT.", SERVING),
        Command(
            "worker",
            "api.cli_worker:worker",
            "Send deliveries, beside servers on the same PostgreSQL database.",
            (FAILED, USAGE, INTERRUPTED),
        ),
        Command("demo", "api.cli_server:demo", "The main job on real input, told step by step."),
        Command("doctor", "api.cli_doctor:doctor", "Try the sandbox on this system, layer by layer."),
        Command("backup", "api.cli_server:backup", "Copy the database to FILE while the server runs, checked."),
        Command("admin", "api.cli_server:admin", "With the server stopped: what its operator may have to do.", LOCKING),
    ),
}
COMMANDS = {command.name: command for commands in PANELS.values() for command in commands}


class Commands(TyperGroup):
    """Shows the rows, and loads the one that is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for panel, commands in PANELS.items():
            for row in commands:
                self.add_command(TyperCommand(row.name, help=row.says, rich_help_panel=panel))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        return name, COMMANDS[str(name)].load(), rest


app = typer.Typer(
    name="hookcell",
    cls=Commands,
    help="A Rocket.Chat-compatible integrations server whose scripts are Python and run sandboxed.",
    epilog="A command ends with 0 when it did what was asked, with 1 when that failed, with 2 when asked wrongly.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def hookcell() -> None:
    pass


def main() -> None:
    """What can be printed no more, as on a full disk, ends a command in a line; a closed pipe ends it silently."""
    try:
        app()
    except OSError as error:
        # a file of the author's has a name
        if error.errno not in UNPRINTABLE or error.filename is not None:
            raise
        with suppress(OSError):
            sys.stderr.write(f"The output cannot be written: {error.strerror}.\n")
            sys.stderr.flush()
        # else what is left in the buffers is tried again, and told with a traceback
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in filter(None, (sys.stdout, sys.stderr)):
            os.dup2(nowhere, stream.fileno())
        sys.exit(FAILED)
