"""The server's process: start, serve, drain, stop.

The first SIGTERM or SIGINT drains: not ready, no new deliveries claimed, listeners closed and requests given
REQUEST_SECONDS, deliveries given theirs, the database flushed, the cells ended, exit 0. A second signal ends the
process at once, which is as safe as kill -9.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from api.app import create_app
from api.protocol import BoundedProtocol
from engine.errors import CannotStart
from engine.runtime import Engine
from engine.settings import Settings

REQUEST_SECONDS = 10
KEEP_ALIVE_SECONDS = 30
LOST = 1

log = structlog.stdlib.get_logger("hookcell")


class Server(uvicorn.Server):
    """uvicorn's, with signals left to `serve`."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(settings: Settings) -> socket.socket:
    """Raises CannotStart when the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=1024)
    except OSError as error:
        raise CannotStart(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Choose another port with --port."
        ) from None


def configuration(engine: Engine) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(engine),
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=REQUEST_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )


def make_server(engine: Engine) -> Server:
    return Server(configuration(engine))


async def serve(settings: Settings, *, working: bool = True) -> int:
    """Until a signal; the exit status. Not `working`: deliveries are left to workers. Raises CannotStart."""
    if not working and settings.database_url is None:
        raise CannotStart(
            "--no-worker leaves deliveries to `hookcell worker`, which needs a PostgreSQL database: set "
            "HOOKCELL_DATABASE_URL=postgresql://..., or start without --no-worker."
        )
    listener = listen(settings)
    # port 0 took a free one, which payloads and links have to name
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    status = 0

    def lost() -> None:
        nonlocal status
        status = LOST
        server.should_exit = True

    engine = await Engine.start(settings, on_lost=lost, working=working)
    server = make_server(engine)

    def end() -> None:
        server.should_exit = True

    drain_on_signals(engine, lambda: server.should_exit, end)
    try:
        announce(engine)
        await server.serve(sockets=[listener])
    finally:
        await engine.stop()
    log.info("stopped")
    return status


def drain_on_signals(engine: Engine, ending: Callable[[], bool], end: Callable[[], None]) -> None:
    """The first signal calls `end`; one that comes while it is `ending` ends the process at once."""

    def drain() -> None:
        if ending():
            os._exit(130)
        log.info("draining")
        engine.draining()
        end()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, drain)


def announce(engine: Engine) -> None:
    log.info(
        "hookcell serves",
        url=f"http://{engine.settings.host}:{engine.settings.port}",
        data=str(engine.settings.data),
        sandbox="full" if engine.sandbox_is_full else "weak",
        pid=os.getpid(),
    )
    if engine.password_file is not None:
        log.info(
            "the admin's password was generated", user=engine.settings.admin_username, file=str(engine.password_file)
        )
