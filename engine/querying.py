"""`query` and `fields` of a query string: MongoDB's language, as far as Rocket.Chat lets clients of its API speak it.

A query compares fields for equality, by dotted paths, inside lists too; `$and` and `$or` combine. `$regex` is plain
text with `^` and `$` at its ends: a pattern of a client's own could keep the server busy for ever.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from engine.bounded_json import read_json
from engine.errors import CodedError
from engine.model.json import JsonObject, JsonValue

MAX_DEPTH = 10
MAX_CONDITIONS = 100
# each is looked for in every record
MAX_FIELDS = 100

Query: TypeAlias = Callable[[JsonObject], bool]
Fields: TypeAlias = Callable[[JsonObject], JsonObject]

_PLAIN = re.compile(r"(\^?)((?:[^\\^$.|?*+()\[\]{}]|\\[^A-Za-z0-9])*)(\$?)")


def parse_query(text: str) -> Query:
    """Whether a record is asked for. Raises CodedError `error-invalid-query`."""
    asked = _object(text)
    if asked is None:
        raise _bad_query(f'Invalid query parameter provided: "{text}" is not a JSON object')
    return _Parser().all_of(asked, 0)


def parse_fields(text: str) -> Fields:
    """What is shown of a record: the fields named 1 with `_id`, or all but those named 0.

    Raises CodedError `error-invalid-fields`.
    """
    asked = _object(text)
    if asked is not None and len(asked) > MAX_FIELDS:
        raise _bad_fields(f"Invalid fields parameter provided: {len(asked)} fields, at most {MAX_FIELDS}")
    if asked is None or not all(way in (0, 1) for way in asked.values()):
        raise _bad_fields(f'Invalid fields parameter provided: "{text}" is not like {{"name": 1}}')
    if asked == {"_id": 1}:
        return lambda record: _only(record, [["_id"]])
    with_id = bool(asked.pop("_id", 1))
    if len({bool(way) for way in asked.values()}) > 1:
        raise _bad_fields("Invalid fields parameter provided: name the fields to show or those to leave out, not both")
    paths = [path.split(".") for path in asked]
    if not any(asked.values()):
        hidden = paths if with_id else [*paths, ["_id"]]
        return lambda record: _without(record, hidden)
    shown = [*paths, ["_id"]] if with_id else paths
    return lambda record: _only(record, shown)


def whole(record: JsonObject) -> JsonObject:
    """What is shown where nobody said which fields."""
    return record


class _Parser:
    """Reads one query: counts its conditions, so that none is endless."""

    def __init__(self) -> None:
        self._conditions = 0

    def all_of(self, asked: JsonValue, depth: int) -> Query:
        if not isinstance(asked, dict):
            raise _bad_query("Invalid query: $and and $or take a list of objects")
        self._conditions += len(asked)
        if depth > MAX_DEPTH or self._conditions > MAX_CONDITIONS:
            raise _bad_query(f"Invalid query: at most {MAX_CONDITIONS} conditions, {MAX_DEPTH} deep")
        parts = [self._part(key, value, depth) for key, value in asked.items()]
        return lambda record: all(part(record) for part in parts)

    def _part(self, key: str, value: JsonValue, depth: int) -> Query:
        if key in ("$and", "$or"):
            if not isinstance(value, list) or not value:
                raise _bad_query(f"Invalid query: {key} takes a list of objects")
            parts = [self.all_of(part, depth + 1) for part in value]
            combined = all if key == "$and" else any
            return lambda record: combined(part(record) for part in parts)
        _known(key)
        path, fits = key.split("."), _fitting(value)
        return lambda record: any(fits(found) for found in _found(record, path))


def _fitting(wanted: JsonValue) -> Callable[[JsonValue], bool]:
    if isinstance(wanted, dict) and any(key.startswith("$") for key in wanted):
        for key in wanted:
            if key not in ("$regex", "$options"):
                _known(key)
                raise _bad_query("Invalid query: operators stand alone, without other keys beside them")
        return _searching(wanted.get("$regex"), wanted.get("$options", ""))
    return lambda found: _same(found, wanted)


def _searching(pattern: JsonValue, options: JsonValue) -> Callable[[JsonValue], bool]:
    plain = _PLAIN.fullmatch(pattern) if isinstance(pattern, str) else None
    if plain is None or options not in ("", "i"):
        raise _bad_query("Invalid query: a $regex is plain text, with ^ and $ at its ends and `i` for any case")
    begins, text, ends = bool(plain[1]), re.sub(r"\\(.)", r"\1", plain[2]), bool(plain[3])
    folded = text.lower() if options else text

    def fits(found: JsonValue) -> bool:
        if not isinstance(found, str):
            return False
        seen = found.lower() if options else found
        match begins, ends:
            case True, True:
                return seen == folded
            case True, False:
                return seen.startswith(folded)
            case False, True:
                return seen.endswith(folded)
            case _:
                return folded in seen

    return fits


def _known(key: str) -> None:
    if key.startswith("$"):
        raise _bad_query(f"Invalid query: {key} is not allowed; $and, $or and $regex are")


def _found(value: JsonValue, path: list[str]) -> Iterator[JsonValue]:
    """What the path leads to, also through lists; a list is itself and each of its items. Nothing there is null."""
    if isinstance(value, list):
        if not path:
            yield value
        for item in value:
            yield from _found(item, path) if not isinstance(item, list) else ()
    elif not path:
        yield value
    elif isinstance(value, dict):
        yield from _found(value.get(path[0]), path[1:])
    else:
        yield None


def _same(found: JsonValue, wanted: JsonValue) -> bool:
    # to Python, True is 1
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


def _only(record: JsonObject, paths: list[list[str]]) -> JsonObject:
    shown: JsonObject = {}
    for key, value in record.items():
        below = [path[1:] for path in paths if path[0] == key]
        if [] in below:
            shown[key] = value
        elif below and isinstance(value, dict):
            shown[key] = _only(value, below)
    return shown


def _without(record: JsonObject, paths: list[list[str]]) -> JsonObject:
    shown: JsonObject = {}
    for key, value in record.items():
        below = [path[1:] for path in paths if path[0] == key]
        if [] not in below:
            shown[key] = _without(value, below) if below and isinstance(value, dict) else value
    return shown


def _object(text: str) -> JsonObject | None:
    try:
        value = read_json(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _bad_query(reason: str) -> CodedError:
    return CodedError("error-invalid-query", reason, {"helperMethod": "parseJsonQuery"})


def _bad_fields(reason: str) -> CodedError:
    return CodedError("error-invalid-fields", reason, {"helperMethod": "parseJsonQuery"})
