"""Attachments of a message: which keys are kept, what they may hold, and Rocket.Chat's words for what they may not.

A key that is null is as good as absent. A key that is not known is dropped and named; a known one with a wrong value
fails the whole message, as in the original.
"""

from collections.abc import Callable
from datetime import datetime

from engine.errors import PlainError
from engine.model.json import JsonObject, JsonValue

MAX_ATTACHMENTS = 100
MAX_FIELDS = 100


def normalise_attachments(items: list[JsonValue]) -> tuple[tuple[JsonObject, ...], list[str]]:
    """The attachments as they are stored, and the places of what was dropped; raises PlainError."""
    if len(items) > MAX_ATTACHMENTS:
        raise PlainError(
            "error-message-size-exceeded", hint=f"{len(items)} attachments; a message has at most {MAX_ATTACHMENTS}"
        )
    dropped: list[str] = []
    return tuple(_attachment(item, f"attachments[{n}]", dropped) for n, item in enumerate(items)), dropped


def match_error(expected: str, value: JsonValue, place: str) -> PlainError:
    return PlainError(f"Match error: Expected {expected}, got {kind_of(value)} in field {place}")


def kind_of(value: JsonValue) -> str:
    """In JavaScript's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case _:
            return "object"


def as_text(value: str | int | float | bool) -> str:
    """A scalar as JavaScript writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e21:
            return str(int(value))
        case _:
            return str(value)


def link(value: JsonValue, place: str, *, relative: bool = False) -> str:
    """A url that a client may open; `relative` allows a path on this server too. Raises PlainError."""
    if not isinstance(value, str):
        raise match_error("string", value, place)
    lowered = value.lower()
    is_url = lowered.startswith(("http://", "https://", "data:", "/file-upload/"))
    is_path = relative and value.startswith("/") and not value.startswith("//")
    if not (is_url or is_path):
        raise PlainError("Invalid href value provided", hint=f"{place} is not an http(s) or data url")
    return value


def _attachment(item: JsonValue, place: str, dropped: list[str]) -> JsonObject:
    if not isinstance(item, dict):
        raise match_error("object", item, place)
    kept: JsonObject = {}
    for key, value in item.items():
        where = f"{place}.{key}"
        if key == "msg" and value:
            kept["text"] = _text(value, where).strip()
        elif value is None or (key == "text" and item.get("msg")):
            continue
        elif key == "fields":
            kept["fields"] = _fields(value, where, dropped)
        elif (read := _KEYS.get(key)) is not None:
            kept[key] = read(value, where)
        else:
            dropped.append(where)
    ts = kept.get("ts")
    if isinstance(ts, str) and not _is_date(ts):
        del kept["ts"]
        dropped.append(f"{place}.ts")
    return kept


def _fields(value: JsonValue, place: str, dropped: list[str]) -> list[JsonValue]:
    if not isinstance(value, list):
        raise match_error("array", value, place)
    if len(value) > MAX_FIELDS:
        raise PlainError(
            "error-message-size-exceeded",
            hint=f"{place} has {len(value)} items; an attachment has at most {MAX_FIELDS}",
        )
    return [_field(item, f"{place}[{n}]", dropped) for n, item in enumerate(value)]


def _field(item: JsonValue, place: str, dropped: list[str]) -> JsonObject:
    if not isinstance(item, dict):
        raise match_error("object", item, place)
    for key in ("title", "value"):
        if key not in item:
            raise PlainError(f"Match error: Missing key '{key}' in field {place}")
    kept: JsonObject = {
        "title": _text(item["title"], f"{place}.title"),
        "value": _shown(item["value"], f"{place}.value"),
    }
    if item.get("short") is not None:
        kept["short"] = _flag(item["short"], f"{place}.short")
    dropped += [f"{place}.{key}" for key in item if key not in ("short", "title", "value")]
    return kept


def _text(value: JsonValue, place: str) -> str:
    if not isinstance(value, str):
        raise match_error("string", value, place)
    return value


def _flag(value: JsonValue, place: str) -> bool:
    if not isinstance(value, bool):
        raise match_error("boolean", value, place)
    return value


def _shown(value: JsonValue, place: str) -> str:
    match value:
        case None | list() | dict():
            raise match_error("string, number or boolean", value, place)
        case _:
            return as_text(value)


def _time(value: JsonValue, place: str) -> str | int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise match_error("string or number", value, place)
    return value


def _is_date(text: str) -> bool:
    """ISO 8601, or a Unix time in digits as Slack's clients send it."""
    for read in (datetime.fromisoformat, float):
        try:
            read(text)
        except ValueError:
            continue
        return True
    return False


_KEYS: dict[str, Callable[[JsonValue, str], JsonValue]] = {
    **dict.fromkeys(("color", "text", "author_name", "title", "pretext", "fallback", "footer"), _text),
    **dict.fromkeys(("collapsed", "title_link_download"), _flag),
    **dict.fromkeys(
        (
            "thumb_url",
            "message_link",
            "author_link",
            "author_icon",
            "title_link",
            "image_url",
            "audio_url",
            "video_url",
        ),
        link,
    ),
    "ts": _time,
}
