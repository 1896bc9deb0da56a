"""The commands that run a server, and those that work on its data folder."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from pydantic import ValidationError

from api.admin import reset_password
from api.demo import demo as run_demo
from api.logging import configure_logging
from api.serve import serve as run_server
from engine.errors import BackupFailed, CannotStart
from engine.settings import Settings
from engine.store.backup import USE_PG_DUMP
from engine.store.backup import backup as copy_database
from engine.store.sqlite import FILE_NAME

admin = typer.Typer(no_args_is_help=True)

DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of the database. [default: data]")]


@admin.callback()
def operator() -> None:
    """With the server stopped: what its operator may have to do."""


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one. [default: 3000]")] = None,
    data: DataOption = None,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Leave deliveries to `hookcell worker`: on PostgreSQL only.")
    ] = False,
) -> None:
    """Run the server until SIGTERM or SIGINT; settings are read from HOOKCELL_*."""
    settings = read_settings(host=host, port=port, data=data)
    configure_logging(format="console" if sys.stderr.isatty() else "json")
    with exit_on_refusal():
        raise typer.Exit(uvloop.run(run_server(settings, working=not no_worker)))


def demo() -> None:
    """The main job on real input, told step by step; needs nothing and leaves nothing."""
    raise typer.Exit(uvloop.run(run_demo()))


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What to write; must not be there.", show_default=False)],
    data: DataOption = None,
) -> None:
    """Copy the database to FILE while the server runs, checked: the only supported way to copy it."""
    settings = read_settings(data=data)
    with exit_on_refusal():
        if settings.database_url is not None:
            raise BackupFailed(USE_PG_DUMP)
        copy_database(settings.data / FILE_NAME, file)
    typer.echo(f"The database of {settings.data} is copied to {file}.")


@admin.command("reset-password")
def admin_reset_password(
    username: Annotated[str | None, typer.Argument(help="Whose password. [default: the admin's]")] = None,
    data: DataOption = None,
) -> None:
    """Give a user a new password, which is asked for, or read from standard input when that is no terminal."""
    settings = read_settings(data=data)
    configure_logging(format="console", level="WARNING")
    name = username or settings.admin_username
    if sys.stdin.isatty():
        password = typer.prompt(f"New password of {name}", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    with exit_on_refusal():
        asyncio.run(reset_password(settings, name, password))
    typer.echo(f"{name} has a new password; every login of theirs is over.")


def read_settings(**given: Any) -> Settings:
    """From the environment, the command line on top; ends the process with a message for what does not fit."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        for problem in error.errors():
            name = "HOOKCELL_" + "_".join(str(part) for part in problem["loc"]).upper()
            typer.echo(f"{name}: {problem['msg']}", err=True)
        raise typer.Exit(2) from None


@contextmanager
def exit_on_refusal() -> Iterator[None]:
    """Ends the process with the message and status of what could not be started or done."""
    try:
        yield
    except CannotStart as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_code) from None
    except BackupFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
