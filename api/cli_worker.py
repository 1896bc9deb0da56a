"""`hookcell worker`: deliveries and nothing else, beside servers on the same PostgreSQL database."""

import asyncio
import os
import sys

import typer
import uvloop

from api.cli_server import DataOption, exit_on_refusal, read_settings
from api.logging import configure_logging
from api.serve import LOST, drain_on_signals, log
from engine.errors import CannotStart
from engine.runtime import Engine
from engine.settings import Settings


def worker(data: DataOption = None) -> None:
    """Send deliveries, beside servers on the same PostgreSQL database.

    Until SIGTERM or SIGINT; settings are read from HOOKCELL_*.
    """
    settings = read_settings(data=data)
    configure_logging(format="console" if sys.stderr.isatty() else "json")
    with exit_on_refusal():
        raise typer.Exit(uvloop.run(work(settings)))


async def work(settings: Settings) -> int:
    """Until a signal; the exit status. Raises CannotStart."""
    if settings.database_url is None:
        raise CannotStart(
            "hookcell worker works beside servers on one PostgreSQL database: set HOOKCELL_DATABASE_URL to theirs. A "
            "SQLite file has one process, and hookcell serve sends its deliveries itself."
        )
    ended, status = asyncio.Event(), 0

    def lost() -> None:
        nonlocal status
        status = LOST
        ended.set()

    engine = await Engine.start(settings, on_lost=lost, makes_admin=False)
    drain_on_signals(engine, ended.is_set, ended.set)
    try:
        log.info("hookcell works", sandbox="full" if engine.sandbox_is_full else "weak", pid=os.getpid())
        await ended.wait()
    finally:
        await engine.stop()
    log.info("stopped")
    return status
