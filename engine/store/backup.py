"""The only supported copy of a SQLite database: copying the file would leave out what is still in its log.

The copy is one state of the database, taken in one read transaction, while any process goes on writing.
"""

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from engine.errors import BackupFailed
from engine.store.connections import connect_read_only

_BUSY_SECONDS = 5.0

USE_PG_DUMP = (
    "The database is PostgreSQL's, and its own program copies it while everything runs: "
    'pg_dump --format=custom --file=FILE "$HOOKCELL_DATABASE_URL"'
)


def backup(source: Path, target: Path) -> None:
    """Copies the database file `source` to `target`, which must not exist yet and which only its owner may read.

    Needs no lock, and holds up no writer. Raises BackupFailed, after which there is no `target`.
    """
    if not source.is_file():
        raise BackupFailed(f"There is no database {source}; name its folder with HOOKCELL_DATA.")
    _refuse_to_overwrite(target)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, part)
        _sync(part)
        _refuse_to_overwrite(target)
        part.rename(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"{target} was not written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, part: Path) -> None:
    with closing(connect_read_only(source, _BUSY_SECONDS)) as live, closing(sqlite3.connect(part)) as copy:
        # all pages in one step: in several, every write in between would start it anew
        live.backup(copy, pages=-1)
        # one file without a log beside it
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()
        (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise BackupFailed(f"The copy of {source} is not sound ({verdict}) and was thrown away; look at the disk.")


def _refuse_to_overwrite(target: Path) -> None:
    if target.exists():
        raise BackupFailed(f"{target} exists already; name a file that does not.")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
