"""Types of what scripts meet, for editors and type checkers: written by `hookcell stubs` as the package `hookcell`.

The dicts of hooks are made from the tables of hook_fields.py and message_fields.py, the host's services stand here as
they are written. The library is Python's own, which editors know; what it leaves out, `hookcell check` tells.
"""

from collections.abc import Iterator
from importlib.resources import files
from itertools import islice
from pathlib import Path

from engine.devtools.files import FixtureError, path_of, read_text
from engine.devtools.stubs.tables import types_module
from engine.devtools.walking import MOST_FILES
from engine.scripts import library_table

PACKAGE = "hookcell"
MARK = "# Written by `hookcell stubs`; it will be written again."


def stub_files() -> dict[str, str]:
    """The text of each file by its path."""
    services = library_table()[PACKAGE]
    again = "".join(f"from {PACKAGE} import {name} as {name}\n" for name in (*services, "types"))
    found = {"__init__": again, "types": types_module()}
    found |= {name: (files(__package__) / f"{name}.pyi.txt").read_text("utf-8") for name in services}
    return {f"{PACKAGE}/{name}.pyi": f"{MARK}\n{text}" for name, text in found.items()}


def write_stubs(folder: Path) -> list[Path]:
    """What was written. Raises FixtureError, before anything is, where a file is there that we did not write."""
    folder = path_of(folder)
    texts = {folder / path: text for path, text in stub_files().items()}
    try:
        for file in _others(folder):
            raise FixtureError(file, "is there and was not written by hookcell stubs; choose another folder")
        for file, text in texts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    except OSError as error:
        raise FixtureError(folder, f"cannot be written: {error}") from None
    return list(texts)


def _others(folder: Path) -> Iterator[Path]:
    """What is there of a package of that name that is not ours."""
    package = folder / PACKAGE
    beside = [package.with_suffix(".py"), package.with_suffix(".pyi")]
    yield from (file for file in beside if file.exists())
    if package.is_symlink() or (package.exists() and not package.is_dir()):
        yield package
        return
    for file in islice(sorted(package.iterdir()) if package.is_dir() else (), MOST_FILES):
        if file.suffix != ".pyi" or file.is_symlink() or not read_text(file).startswith(MARK):
            yield file
