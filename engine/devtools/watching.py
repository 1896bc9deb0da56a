"""Waits for files to change by looking at their times: a bounded number of files, twice a second."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from engine.devtools.files import FixtureError
from engine.devtools.walking import files_under

EVERY_SECONDS = 0.5

Seen = Mapping[Path, tuple[int, int]]


def look(folder: Path) -> Seen:
    """When each file was changed last, and its size. Raises FixtureError."""
    found: dict[Path, tuple[int, int]] = {}
    for file in files_under(folder):
        try:
            state = file.stat()
        except OSError:
            # gone since it was listed
            continue
        found[file] = (state.st_mtime_ns, state.st_size)
    return found


def touched(before: Seen, now: Seen, folders: Sequence[Path]) -> list[Path]:
    """The folders in which something is new, gone or other."""
    files = {file for file in before.keys() | now.keys() if before.get(file) != now.get(file)}
    return [folder for folder in folders if any(file.is_relative_to(folder) for file in files)]


async def next_change(before: Seen, folder: Path) -> Seen:
    """Waits until a file below the folder is new, gone or other, and as long as the folder cannot be read.

    An editor or git may put another in the place of one that is being looked at.
    """
    while True:
        with suppress(FixtureError):
            now = await asyncio.to_thread(look, folder)
            if now != before:
                return now
        await asyncio.sleep(EVERY_SECONDS)
