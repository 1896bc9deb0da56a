"""The store's face: functions of a connection, run off the event loop and answered after their COMMIT.

A store function is a plain function whose first argument is the connection. It does nothing but SQL: it may be run
twice, changes no memory, calls nobody, catches no database error, returns values (never a result that is still open),
and is told the time. What it raises reaches its caller only.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

from engine.errors import CannotStart, StoreLost
from engine.settings import Settings
from engine.store.sqlite import SqliteStore

P = ParamSpec("P")
T = TypeVar("T")

POSTGRES_SCHEMES = ("postgresql", "postgres")


class Store(Protocol):
    """`write` and `read` raise what the function raises, and an Unavailable when nothing was stored.

    A waiter that is cancelled may find its write done all the same. A read sees every write that was answered before
    it began; it lasts a second at most and should fetch no more than 1,000 rows.
    """

    shared: bool
    """Whether other processes may have it open, too."""

    async def write(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T: ...

    async def write_soon(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `write`, answered before the disk has it: a crash of the machine may undo it, one of the process not."""

    async def read(
        self, function: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T: ...

    async def close(self) -> None:
        """Refuses what is new, writes what waits, lets go of the database. May be called twice."""

    async def backup(self, target: Path) -> None:
        """Raises BackupFailed."""

    def queue_load(self) -> float:
        """How full the queue of writes is, 0 to 1; for whoever can put work off."""

    def tell(self) -> None:
        """Lets the other processes know, soon, that something was written that they may wait for."""

    def listen(self, told: Callable[[], None]) -> None:
        """`told` is called on the loop when another process says so: usually, so do not rely on it. Once at most."""


async def open_store(
    settings: Settings, *, on_lost: Callable[[StoreLost], None] | None = None, must_exist: bool = False
) -> Store:
    """Migrates and opens, SQLite under its lock. Raises CannotStart.

    `on_lost` is called on the loop, once, if SQLite's file fails; a PostgreSQL database that is away may come back.
    `must_exist`: a PostgreSQL database without our tables is refused.
    """
    if settings.database_url is None:
        return await SqliteStore.open(settings.data, on_lost=on_lost)
    scheme = settings.database_url.partition(":")[0]
    if scheme not in POSTGRES_SCHEMES:
        raise CannotStart(
            f"HOOKCELL_DATABASE_URL: this hookcell cannot use a {scheme!r} database, but PostgreSQL: "
            f"postgresql://user:password@host/name. Unset it, and the data is kept in SQLite in the data folder "
            f"({settings.data}, set with HOOKCELL_DATA)."
        )
    try:
        from engine.store.postgres import PostgresStore
    except ImportError as error:
        raise CannotStart(
            f"HOOKCELL_DATABASE_URL needs the PostgreSQL driver ({error}): pip install 'hookcell[postgres]'"
        ) from error
    return await PostgresStore.open(
        settings.database_url, direct_url=settings.database_listen_url, must_exist=must_exist
    )
