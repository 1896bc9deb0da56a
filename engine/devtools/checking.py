"""What is wrong with scripts: what the compile cell finds, what loading finds, and the lints of what compiled.

Scripts are compiled in cells, a few at a time; none of their hooks is run. Where there is no integration.toml beside a
script, its hooks say of what kind it is.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from engine.devtools.files import FixtureError, path_of
from engine.devtools.integration_file import is_outgoing, read_script
from engine.devtools.lint import lint
from engine.devtools.walking import files_under
from engine.errors import Unavailable
from engine.model.json import JsonObject
from engine.scripts import FILENAME, HOOKS, Kind, SavedScript, Scripts

SCRIPT = "script.py"
AT_A_TIME = 8
# a busy machine is no finding
TRIES = 3

_FRAME = re.compile(rf'  File "{re.escape(FILENAME)}", line (\d+)')


@dataclass(frozen=True, slots=True)
class Checked:
    """`findings` are {line, column, endLine, endColumn, rule, message, hint}, as diagnostics of the sandbox."""

    file: Path
    source: str
    findings: tuple[JsonObject, ...]


def scripts_under(paths: Sequence[Path]) -> list[Path]:
    """The files themselves; of a folder each script.py in it or, where it has none, each *.py. Raises FixtureError.

    What begins with a dot is left out, and no link to a folder is followed.
    """
    found: dict[Path, None] = {}
    for path in map(path_of, paths):
        if not path.is_dir():
            found[path] = None
            continue
        files = [file for file in files_under(path) if file.suffix == ".py"]
        chosen = [file for file in files if file.name == SCRIPT] or files
        if not chosen:
            raise FixtureError(
                path, "has no script in it; a script is a file script.py, or any .py where there is none"
            )
        found |= dict.fromkeys(chosen)
    return list(found)


async def check_all(scripts: Scripts, files: Sequence[Path]) -> AsyncGenerator[Checked | FixtureError]:
    """In the order of the files; the error of one that cannot be read stands in its place."""
    for start in range(0, len(files), AT_A_TIME):
        tasks = [asyncio.ensure_future(_checked(scripts, file)) for file in files[start : start + AT_A_TIME]]
        try:
            for task in tasks:
                yield await task
        finally:
            for task in tasks:
                task.cancel()


async def _checked(scripts: Scripts, file: Path) -> Checked | FixtureError:
    try:
        source, record = read_script(file)
    except FixtureError as error:
        return error
    kind: Kind | None = None if record is None else "outgoing" if is_outgoing(record) else "incoming"
    return Checked(file, source, tuple(await findings_of(scripts, source, kind)))


async def findings_of(scripts: Scripts, source: str, kind: Kind | None) -> list[JsonObject]:
    """Without a kind any hook will do. Raises Unavailable when no cell is free."""
    saved = await _saved(scripts, source, kind or "incoming")
    error = saved.error
    if error is None:
        return lint(source)
    if error["diagnostics"]:
        return cast(list[JsonObject], error["diagnostics"])
    if error["name"] != "MissingHook":
        return [_not_loaded(error, source)]
    found = lint(source)
    if kind is None and saved.hooks:
        return found
    if any(str(each["rule"]) in ("misspelt-hook", "misplaced-hook") for each in found):
        return found
    return [_missing(error, kind), *found]


async def _saved(scripts: Scripts, source: str, kind: Kind) -> SavedScript:
    for _ in range(TRIES - 1):
        try:
            return await scripts.save(source, kind)
        except Unavailable:
            continue
    return await scripts.save(source, kind)


def _missing(error: JsonObject, kind: Kind | None) -> JsonObject:
    if kind is not None:
        return _at(1, 1, 1, "missing-hook", str(error["message"]), "")
    names = [f"`{hook.name}`" for hook in HOOKS]
    hint = f"Define {', '.join(names[:-1])} or {names[-1]}."
    return _at(1, 1, 1, "missing-hook", "The script defines no hook, so nothing would ever call it.", hint)


def _not_loaded(error: JsonObject, source: str) -> JsonObject:
    """The line of the module that was being run when it failed."""
    frames = _FRAME.findall(str(error["stack"]))
    line = int(frames[-1]) if frames else 1
    text = (source.split("\n") + [""] * line)[line - 1]
    indent = len(text) - len(text.lstrip())
    message = f"The script fails while it is loaded: {error['name']}: {error['message']}"
    hint = "What stands outside of functions runs before every call, without a request and without the host's services."
    return _at(line, indent + 1, len(text.rstrip()) + 1, "does-not-load", message, hint)


def _at(line: int, column: int, end: int, rule: str, message: str, hint: str) -> JsonObject:
    return {
        "line": line,
        "column": column,
        "endLine": line,
        "endColumn": max(end, column),
        "rule": rule,
        "message": message,
        "hint": hint,
    }
