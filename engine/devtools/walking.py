"""The files of a folder, a bounded number of them; what begins with a dot is left out, links to folders too."""

from collections.abc import Iterator
from pathlib import Path

from engine.devtools.files import FixtureError

MOST_FILES = 10_000


def files_under(folder: Path) -> Iterator[Path]:
    """In the order of their paths, those of a folder before those of its folders. Raises FixtureError."""
    waiting, seen = [folder], 0
    while waiting:
        current = waiting.pop(0)
        try:
            entries = sorted(current.iterdir())
        except OSError as error:
            raise FixtureError(current, f"cannot be read: {error.strerror}") from None
        for entry in entries:
            seen += 1
            if seen > MOST_FILES:
                raise FixtureError(folder, f"has more than {MOST_FILES:,} files; name the folders of the scripts")
            if entry.name.startswith(".") or entry.name == "__pycache__":
                continue
            if entry.is_dir():
                waiting += () if entry.is_symlink() else (entry,)
            elif entry.is_file():
                yield entry
