"""Reads the files that authors write, TOML and JSON, into checked values.

Every function raises FixtureError, which names the file and says what to do. Sizes and depths are bounded, and only
regular files are read: a pipe or a device may never end.
"""

import codecs
import json
import os
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path

import orjson

from engine.model.json import JsonObject, JsonValue

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 64
MAX_PATH_SHOWN = 300


class FixtureError(ValueError):
    """A folder or file is not in the format; `file` is the one to change."""

    def __init__(self, file: Path, problem: str) -> None:
        shown = str(file)
        shown = shown if len(shown) <= MAX_PATH_SHOWN else f"{shown[:MAX_PATH_SHOWN]}..."
        super().__init__(f"{shown}: {problem}")
        self.file = file


@dataclass(frozen=True, slots=True)
class Table:
    """The keys and values of one file, each handed out as the type it must have."""

    file: Path
    values: JsonObject

    def wrong(self, problem: str) -> FixtureError:
        return FixtureError(self.file, problem)

    def only(self, known: tuple[str, ...]) -> "Table":
        unknown = [key for key in self.values if key not in known]
        if unknown:
            raise self.wrong(f"unknown {', '.join(unknown)}; known are {', '.join(known)}")
        return self

    def text(self, key: str, default: str) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(f"{key} must be text")
        return value

    def table(self, key: str) -> JsonObject:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(f"{key} must be a table")
        return value

    def texts(self, key: str) -> dict[str, str]:
        values = self.table(key)
        texts = {name: value for name, value in values.items() if isinstance(value, str)}
        if len(texts) < len(values):
            raise self.wrong(f"{key}.{next(name for name in values if name not in texts)} must be text")
        return texts


def path_of(said: str | Path) -> Path:
    """What a person wrote as a path, `~` put in; there need not be anything there, but it can be asked for."""
    path = Path(said)
    try:
        path = path.expanduser()
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return path
    except RuntimeError:
        raise FixtureError(path, "begins with the home of a user who is not there") from None
    except OSError as error:
        raise FixtureError(path, f"cannot be read: {error.strerror}") from None
    except ValueError:
        raise FixtureError(path, "is no path: it has a NUL, or half a character, in it") from None
    return path


def read_toml(file: Path) -> Table:
    text = read_text(file)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FixtureError(file, f"is not TOML: {error}") from None
    _check_depth(file, values)
    try:
        # dates become ISO text
        as_json = json.dumps(values, default=lambda date: date.isoformat(), allow_nan=False)
    except ValueError:
        raise FixtureError(file, "has a number that JSON cannot say (inf or nan); write it as text") from None
    return Table(file, json.loads(as_json))


def read_json(file: Path) -> Table:
    value = parse_json(file, read_bytes(file))
    if not isinstance(value, dict):
        raise FixtureError(file, "must be a JSON object")
    return Table(file, value)


def parse_json(file: Path, data: bytes) -> JsonValue:
    """The value of `data`, which `file` holds."""
    try:
        value: JsonValue = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise FixtureError(file, f"is not JSON: {error}") from None
    _check_depth(file, value)
    return value


def read_text(file: Path) -> str:
    """Without the mark that editors of some systems put before UTF-8."""
    try:
        return read_bytes(file).removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise FixtureError(file, f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def read_source(file: Path) -> str:
    """A script, its lines counted as Python counts them."""
    return plain_ends(read_text(file))


def plain_ends(text: str) -> str:
    """With one of the three ends of a line that Python knows, which makes the same code."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_bytes(file: Path) -> bytes:
    try:
        # else a pipe would be waited for before it can be asked what it is
        number = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            kind, data = os.fstat(number).st_mode, b""
            if stat.S_ISREG(kind):
                with open(number, "rb", closefd=False) as source:
                    data = source.read(MAX_FILE_BYTES + 1)
        finally:
            os.close(number)
    except OSError as error:
        raise FixtureError(file, f"cannot be read: {error.strerror}") from None
    except ValueError:
        raise FixtureError(file, "is no path: it has a NUL, or half a character, in it") from None
    if not stat.S_ISREG(kind):
        raise FixtureError(file, "is a folder" if stat.S_ISDIR(kind) else "is no regular file, but a pipe or a device")
    if len(data) > MAX_FILE_BYTES:
        raise FixtureError(
            file, f"is larger than {MAX_FILE_BYTES:,} bytes, which no script and no webhook's body may be"
        )
    return data


def _check_depth(file: Path, value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        children = [
            item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)
        ]
        if not children:
            return
        level = [child for group in children for child in group]
    raise FixtureError(file, f"is nested deeper than {MAX_DEPTH} levels")
